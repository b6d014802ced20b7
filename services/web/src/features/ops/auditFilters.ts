import type { AuditQuery } from "@/features/ops/queries";
import { words } from "@/i18n/ops";
import { fromWallTime } from "@/time/zone";

/** What the audit log is narrowed to, as its address has it. Days are those of the person's zone, both included. */
export interface AuditFilters {
  kind: Kind;
  person: string;
  from: string;
  to: string;
}

type Kind = NonNullable<AuditQuery["kind"]> | "all";

export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "other-than-log-ins", label: words.ops.kinds["other-than-log-ins"] },
  { value: "all", label: words.ops.kinds.all },
  { value: "log-ins", label: words.ops.kinds["log-ins"] },
  { value: "people", label: words.ops.kinds.people },
  { value: "tokens", label: words.ops.kinds.tokens },
  { value: "follow-ups", label: words.ops.kinds["follow-ups"] },
  { value: "operations", label: words.ops.kinds.operations },
];

const USUAL: Kind = "other-than-log-ins";

/** The changes of an address that take all filters away. */
export const EVERYTHING = { kind: "all", person: "", from: "", to: "" };

export function filtersIn(parameters: URLSearchParams): AuditFilters {
  const person = parameters.get("person") ?? "";
  return {
    kind: KINDS.find(({ value }) => value === parameters.get("kind"))?.value ?? USUAL,
    person: /^[1-9]\d{0,17}$/.test(person) ? person : "",
    from: dayIn(parameters.get("from")),
    to: dayIn(parameters.get("to")),
  };
}

/** Filters as the API takes them. */
export function apiFilters({ kind, person, from, to }: AuditFilters, zone: string): AuditQuery {
  return {
    kind: kind === "all" ? undefined : kind,
    person_id: person ? Number(person) : undefined,
    since: from ? fromWallTime(`${from} 00:00:00`, zone) : undefined,
    until: to ? fromWallTime(`${dayAfter(to)} 00:00:00`, zone) : undefined,
  };
}

/** A day of this system's time, or nothing: half-typed years are none. */
function dayIn(text: string | null): string {
  const known = text !== null && /^(19[7-9]\d|2[01]\d\d)-\d\d-\d\d$/.test(text);
  return known && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && text < "2199-12-31" ? text : "";
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
