/** Steps of a policy: as the API has them, and as the editor holds them while somebody types. */

export type Severity = "reminder" | "overdue" | "escalated" | "breach";

export const SEVERITIES: readonly Severity[] = ["reminder", "overdue", "escalated", "breach"];

/** A length in one of three units; ISO 8601 durations, or a number of days. */
export interface Length {
  after?: string | null;
  working?: string | null;
  working_days?: number | null;
}

/** As the API has it. */
export interface Step extends Length {
  audience: string[];
  label: string;
  severity: Severity;
  tell?: "at_once" | "working_hours";
  require?: "closing_note" | null;
  repeat?: { every: Length; times: number } | null;
}

export type Unit = "after" | "working" | "working_days";

export const UNITS: readonly Unit[] = ["after", "working", "working_days"];

/** A length while it is typed: hours, or days of work. */
export interface Amount {
  unit: Unit;
  amount: number;
}

/** What the editor of a step holds. */
export interface StepDraft extends Amount {
  /** Before the due time, in place of after it. */
  before: boolean;
  audience: string[];
  label: string;
  severity: Severity;
  tell: "at_once" | "working_hours";
  /** From this step on, who completes the follow-up says what came of it. */
  note: boolean;
  repeat: (Amount & { times: number }) | null;
}

const DURATION = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Hours of an ISO 8601 duration: 48 of "PT48H" and of "P2D", -0.5 of "-PT30M". */
export function hoursOf(duration: string): number {
  const [, sign, days, hours, minutes, seconds] = DURATION.exec(duration) ?? [];
  const [d, h, m, s] = [days, hours, minutes, seconds].map((part) => Number(part ?? 0));
  const amount = (d ?? 0) * 24 + (h ?? 0) + (m ?? 0) / 60 + (s ?? 0) / 3600;
  return sign && amount !== 0 ? -amount : amount;
}

/** "PT48H", "PT1H30M": exact to the minute. */
export function durationOf(hours: number): string {
  const minutes = Math.round(Math.abs(hours) * 60);
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  const sign = hours < 0 && minutes > 0 ? "-" : "";
  return `${sign}PT${whole > 0 || rest === 0 ? `${whole}H` : ""}${rest > 0 ? `${rest}M` : ""}`;
}

/** The unit in which a length counts, and how much; negative: before. */
export function amountOf(length: Length): Amount {
  if (length.working_days !== null && length.working_days !== undefined) return { unit: "working_days", amount: length.working_days };
  if (length.working !== null && length.working !== undefined) return { unit: "working", amount: hoursOf(length.working) };
  return { unit: "after", amount: hoursOf(length.after ?? "PT0H") };
}

export function lengthOf({ unit, amount }: Amount): Length {
  return { [unit]: unit === "working_days" ? amount : durationOf(amount) };
}

export function draftOf(step: Step): StepDraft {
  const { unit, amount } = amountOf(step);
  return {
    unit,
    amount: Math.abs(amount),
    before: amount < 0,
    audience: [...step.audience],
    label: step.label,
    severity: step.severity,
    tell: step.tell ?? "at_once",
    note: step.require === "closing_note",
    repeat: step.repeat ? { ...amountOf(step.repeat.every), times: step.repeat.times } : null,
  };
}

/** As the API takes it; what goes without saying is left out. */
export function stepOf(draft: StepDraft): Step {
  const { unit, amount, before, audience, label, severity, tell, note, repeat } = draft;
  return {
    ...lengthOf({ unit, amount: before ? -amount : amount }),
    audience,
    label: label.trim(),
    severity: isBefore(draft) ? "reminder" : severity,
    ...(tell === "working_hours" && { tell }),
    ...(note && { require: "closing_note" as const }),
    ...(repeat && { repeat: { every: lengthOf(repeat), times: repeat.times } }),
  };
}

/** A step whose place can be asked for while the rest of it is not written yet. @param index from 0 */
export function placeable(draft: StepDraft, index: number): Step {
  const { label, audience } = draft;
  return stepOf({ ...draft, label: label.trim() || String(index + 1), audience: audience.length > 0 ? audience : ["assignee"] });
}

export function isBefore({ before, amount }: Pick<StepDraft, "before" | "amount">): boolean {
  return before && amount > 0;
}

/** Whether a step counts or tells by a calendar. */
export function needsCalendar({ unit, tell, repeat }: StepDraft): boolean {
  return unit !== "after" || tell === "working_hours" || (repeat !== null && repeat.unit !== "after");
}

/** A step to begin with, a day behind the last one. */
export function nextStep(steps: readonly StepDraft[]): StepDraft {
  const last = steps.at(-1);
  const unit = last?.unit ?? "after";
  const further = unit === "after" ? 24 : unit === "working" ? 8 : 1;
  return {
    unit,
    amount: last ? (last.before ? 0 : last.amount + further) : 0,
    before: false,
    audience: [last ? "manager" : "assignee"],
    label: "",
    severity: last && !last.before ? "escalated" : "overdue",
    tell: "at_once",
    note: false,
    repeat: null,
  };
}
