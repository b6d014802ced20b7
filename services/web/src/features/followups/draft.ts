import type { FollowUp, FollowUpCreate, FollowUpPatch, Priority, Repeats, SeriesPatch, SubjectInput } from "@/api/types";
import { CODE_LENGTH, moneyOf, sameMoney, sameTags, tagsBody, valueBody, type Money } from "@/features/followups/facts";
import { t } from "@/i18n";

/** What the form holds while somebody types. */
export interface Draft {
  title: string;
  notes: string;
  due_at: string | null;
  assignee_id: number;
  subject: ChosenSubject | null;
  kind: string;
  priority: Priority;
  tags: string[];
  value: Money;
  /** By which rule it comes again; null: it does not; undefined: that stays as it is. */
  repeats: Repeats | null | undefined;
  /** Why the due time changes; needed where others were told that it is late. */
  reason: string;
}

/** A lead or client that exists, or one to be created with the follow-up. */
export type ChosenSubject =
  | { id: number; kind: "lead" | "client"; name: string }
  | { id: null; kind: "lead" | "client"; name: string };

export function draftOf(followUp: FollowUp): Draft {
  const { title, notes, due_at, assignee_id, subject, kind, priority, tags } = followUp;
  return {
    ...{ title, notes, due_at, assignee_id, kind, priority, tags, reason: "", repeats: undefined },
    value: moneyOf(followUp.value),
    subject: subject && { id: subject.id, kind: subject.kind, name: subject.name },
  };
}

export function createBody(draft: Draft): FollowUpCreate {
  return {
    title: draft.title.trim(),
    notes: draft.notes,
    due_at: draft.due_at ?? "",
    assignee_id: draft.assignee_id,
    subject: draft.subject && inputOf(draft.subject),
    kind: draft.kind,
    priority: draft.priority,
    tags: tagsBody(draft.tags),
    value: valueBody(draft.value),
    ...(draft.repeats && { repeats: draft.repeats }),
  };
}

/** Only what differs: fields that others changed meanwhile stay as they made them. */
export function changesOf(draft: Draft, base: Draft): FollowUpPatch {
  const changes: FollowUpPatch = {};
  if (draft.title.trim() !== base.title) changes.title = draft.title.trim();
  if (draft.notes !== base.notes) changes.notes = draft.notes;
  if (moves(draft, base) && draft.due_at) {
    changes.due_at = draft.due_at;
    if (draft.reason.trim()) changes.reason = draft.reason.trim();
  }
  if (draft.assignee_id !== base.assignee_id) changes.assignee_id = draft.assignee_id;
  if (!sameSubject(draft.subject, base.subject)) changes.subject = draft.subject && inputOf(draft.subject);
  if (draft.kind !== base.kind) changes.kind = draft.kind;
  if (draft.priority !== base.priority) changes.priority = draft.priority;
  if (!sameTags(draft.tags, base.tags)) changes.tags = tagsBody(draft.tags);
  if (!sameMoney(draft.value, base.value)) changes.value = valueBody(draft.value) ?? null;
  return changes;
}

/** What of some changes all of a series can have, and what only the follow-up itself. */
export function partsOf(changes: FollowUpPatch): { shared: SeriesPatch | null; own: FollowUpPatch } {
  const { due_at, reason, external_id, ...shared } = changes;
  const own = { ...(due_at !== undefined && { due_at }), ...(reason !== undefined && { reason }), ...(external_id !== undefined && { external_id }) };
  return { shared: Object.keys(shared).length > 0 ? (shared as SeriesPatch) : null, own };
}

/** Whether a draft has another due time. */
export function moves(draft: Draft, base: Draft): boolean {
  return draft.due_at !== null && Date.parse(draft.due_at) !== Date.parse(base.due_at ?? "");
}

/** What somebody typed, on top of what others saved meanwhile: the fields that were left alone are theirs. */
export function rebased(draft: Draft, base: Draft, theirs: Draft): Draft {
  const typed = Object.keys(changesOf(draft, base)) as (keyof Draft)[];
  return { ...theirs, ...Object.fromEntries(typed.map((field) => [field, draft[field]])), repeats: draft.repeats };
}

/** What keeps a draft from being saved, by field. */
export function mistakesOf(draft: Draft, needsReason = false): Partial<Record<keyof Draft, string>> {
  return {
    ...(needsReason && draft.reason.trim() === "" && { reason: t.form.reasonMissing }),
    ...(draft.title.trim() === "" && { title: t.form.whatMissing }),
    ...(draft.due_at === null && { due_at: t.form.dueMissing }),
    ...(valueBody(draft.value) && draft.value.currency.trim().length !== CODE_LENGTH && { value: t.facts.currencyMissing }),
  };
}

function sameSubject(a: ChosenSubject | null, b: ChosenSubject | null): boolean {
  if (a === null || b === null) return a === b;
  return a.id === b.id && (a.id !== null || a.name === b.name);
}

function inputOf({ id, kind, name }: ChosenSubject): SubjectInput {
  return id === null ? { kind, name } : { id };
}
