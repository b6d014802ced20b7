import type { AuditEntry } from "@/api/types";
import { t } from "@/i18n";

/** The facts of an entry of the audit log, for people: "role: employee → admin, by: oidc". */
export function detailsOf(details: AuditEntry["details"]): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join(", ");
}

function textOf(value: unknown): string {
  if (value === null || value === "") return t.common.nothing;
  if (typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  if ("from" in value && "to" in value) return `${textOf(value.from)} → ${textOf(value.to)}`;
  const [entry, ...more] = Object.entries(value);
  return entry?.[1] === true && more.length === 0 ? entry[0] : JSON.stringify(value);
}
