import type { PolicyMove } from "@/api/types";
import { describeDetail, describeFieldError } from "@/api/fields";
import { t } from "@/i18n";

export interface FieldError {
  field: string;
  message: string;
  /** Line of an imported file. */
  line?: number;
}

/** It is too long ago that the person showed that it is them. */
export const REAUTHENTICATION_NEEDED = "urn:followup:problem:reauthentication-needed";
/** In another tab somebody else has logged in: the page shows one person, the browser is another. */
export const ANOTHER_PERSON = "urn:followup:problem:another-person";

/** The change would bring another policy, and nothing was changed: the person decides about the clock first. */
export const POLICY_WOULD_CHANGE = "urn:followup:problem:policy-would-change";

/** What a proxy answers in the server's place, and the server while its database is away. */
const AWAY: readonly number[] = [502, 503, 504];

/** Any answer of the API other than success, or no answer at all (`status` 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** What is there now, as the API gives it, when an edit was based on an older version (412). */
    readonly current: unknown = null,
    /** Which problem it is, for what the page handles by itself. */
    readonly type = "",
    /** From which policies to which a change would bring follow-ups (`POLICY_WOULD_CHANGE`). */
    readonly policies: readonly PolicyMove[] = [],
    /** How many there are of what it is about. */
    readonly count = 0,
  ) {
    super(detail || title);
    this.name = "Problem";
  }

  get unreachable(): boolean {
    return this.status === 0 || AWAY.includes(this.status);
  }

  messageFor(field: string): string | undefined {
    return this.errors.find((error) => error.field === field || error.field.startsWith(`${field}.`))?.message;
  }
}

/** @param status 0, or what a proxy answered */
export function noAnswer(status = 0): Problem {
  return navigator.onLine
    ? new Problem(status, t.failures.unreachable, t.failures.unreachableText)
    : new Problem(0, t.failures.offline, t.failures.offlineText);
}

/** What the API says to programs, as a person needs it. */
const IN_WORDS: Readonly<Record<number, string>> = {
  401: t.failures.sessionEnded,
  412: t.failures.changedMeanwhile,
};

/** Read the problem details of an answer; anything else (a proxy's page) becomes a plain problem. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    return new Problem(
      response.status,
      body.title ?? response.statusText,
      IN_WORDS[response.status] ?? describeDetail(body.detail ?? ""),
      (body.errors ?? []).map((error) => ({ ...error, message: describeFieldError(error.field, error.message) })),
      body.current ?? null,
      body.type ?? "",
      body.policies ?? [],
      body.count ?? 0,
    );
  } catch {
    if (AWAY.includes(response.status)) return noAnswer(response.status);
    return new Problem(
      response.status,
      response.status >= 500 ? t.failures.fault : t.failures.refused,
      t.failures.answered(`${response.status} ${response.statusText}`),
    );
  }
}

/** Whether it failed because nobody is logged in any more: the dialog that asks for a log-in says so, once. */
export function needsLogIn(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}

/** What is wrong with a field, if a failure says so. */
export function messageFor(error: unknown, field: string): string | undefined {
  return error instanceof Problem ? error.messageFor(field) : undefined;
}

/** What a change was based on, as it is now, where somebody was quicker; else null. */
export function currentIn(error: unknown): unknown {
  return error instanceof Problem && error.status === 412 ? error.current : null;
}

/** What to tell a person about a failure. */
export function explain(error: unknown): string {
  return error instanceof Problem ? error.message : t.failures.unexpectedText;
}
