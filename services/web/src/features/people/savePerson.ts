import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { currentIn, Problem } from "@/api/problem";
import type { OpenWork, User } from "@/api/types";
import { changesOf, draftOf, type PersonDraft } from "@/features/people/personDraft";

export interface Saving {
  /** As it was read; null: somebody new. */
  base: User | null;
  draft: PersonDraft;
  /** Of somebody new: see `Submission`. */
  key?: string;
  /** What becomes of the open work of somebody who is deactivated. */
  openWork?: OpenWork;
}

/** Add a person; or change what differs, unless somebody was quicker. */
export function savePerson({ base, draft, key, openWork }: Saving): Promise<User> {
  if (base) {
    const params = { path: { user_id: base.id } };
    const body = { ...changesOf(draft, draftOf(base)), ...(openWork && { open_work: openWork }) };
    return dataOf(api.PATCH("/users/{user_id}", { params, headers: ifMatch(base.etag), body }));
  }
  const { password, ...rest } = draft;
  const body = { ...rest, ...(password && { password }) };
  return dataOf(api.POST("/users", { body, params: { header: idempotencyKey(key) } }));
}

/** The person as they are now, where that is why they were not saved. */
export function currentOf(error: unknown): User | null {
  return currentIn(error) as User | null;
}

/** How much open work there is, where that is why somebody was not deactivated; else 0. */
export function workLeftIn(error: unknown): number {
  return error instanceof Problem && error.messageFor("open_work") ? error.count : 0;
}
