import type { Role, User, UserChanges } from "@/api/types";

/** What the form of a person holds while somebody types. */
export interface PersonDraft {
  name: string;
  email: string;
  role: Role;
  manager_id: number | null;
  active: boolean;
  time_zone: string;
  /** Null: that of the nearest manager who has one, else the organisation's. */
  calendar_id: number | null;
  /** Empty: stays as it is. */
  password: string;
}

export function draftOf({ name, email, role, manager_id, active, time_zone, calendar_id }: User): PersonDraft {
  return { name, email, role, manager_id, active, time_zone, calendar_id, password: "" };
}

/** Only what differs: what others changed meanwhile stays as they made it. */
export function changesOf(draft: PersonDraft, base: PersonDraft): UserChanges {
  const typed = { ...draft, name: draft.name.trim(), email: draft.email.trim() };
  const changed = (Object.keys(typed) as (keyof PersonDraft)[]).filter((field) => typed[field] !== base[field]);
  return Object.fromEntries(changed.map((field) => [field, typed[field]]));
}

/** What somebody typed, on top of what others saved meanwhile. */
export function rebased(draft: PersonDraft, base: PersonDraft, theirs: PersonDraft): PersonDraft {
  return { ...theirs, ...changesOf(draft, base) };
}
