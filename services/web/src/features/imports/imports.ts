import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey, upload } from "@/api/client";
import { Problem } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import type { ImportPreview, ImportResult } from "@/api/types";

export type Kind = "users" | "absences" | "follow-ups";

const PATHS = { users: "/imports/users", absences: "/imports/absences", "follow-ups": "/imports/follow-ups" } as const;
const PREVIEWS = {
  users: "/imports/users/preview",
  absences: "/imports/absences/preview",
  "follow-ups": "/imports/follow-ups/preview",
} as const;

/** A file, and what is known of it: which column of it is which of ours (empty: none), and its time zone. */
export interface Upload {
  kind: Kind;
  file: File;
  columns: readonly string[];
  zone: string | null;
  answers: Answers;
}

/** What no file says. */
export interface Answers {
  /** The address of the one whose calendar the file is; empty: its events say it. */
  person: string;
  /** Whether each event of a calendar is an absence. */
  every: boolean;
  /** What becomes of the open work of those who are deactivated; empty: not decided. */
  openWork: OpenWork | "";
}

export const OPEN_WORK = ["manager", "stays"] as const;
export type OpenWork = (typeof OPEN_WORK)[number];
export const UNANSWERED: Answers = { person: "", every: false, openWork: "" };

/** What of a text shows its columns; workbooks and calendars are looked at whole. */
const HEAD_BYTES = 256 * 1024;

/** What a file seems to be. */
export function usePreview() {
  return useMutation({
    mutationFn: async ({ kind, file }: { kind: Kind; file: File }): Promise<ImportPreview> => {
      const begins = (await file.slice(0, 64).text()).trimStart().toUpperCase();
      const whole = begins.startsWith("PK") || begins.startsWith("BEGIN:VCALENDAR");
      const head = whole ? file : file.slice(0, HEAD_BYTES);
      return dataOf(api.POST(PREVIEWS[kind], upload(head)));
    },
  });
}

/** What an import would do, or why the API cannot read the file at all. */
export function useCheck() {
  return useMutation({
    mutationFn: async (upload: Upload): Promise<ImportResult> => {
      try {
        return await send(upload, { dry_run: true });
      } catch (error) {
        if (error instanceof Problem && error.status === 422) return refused(error);
        throw error;
      }
    },
  });
}

/** Write the file; `partial` leaves out the lines with mistakes. */
export function useImport() {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: ({ partial, ...upload }: Upload & { partial: boolean }) => {
      const { kind, file, columns, zone, answers } = upload;
      const { name, size, lastModified } = file;
      const { person, every, openWork } = answers;
      const how = [columns.join(), zone, person, every, openWork, partial];
      const key = submission.keyOf([kind, name, size, lastModified, ...how]);
      return send(upload, { partial: partial || undefined }, key);
    },
    onSuccess: () => {
      submission.created();
      return cache.invalidateQueries();
    },
  });
}

function send({ kind, file, columns, zone, answers }: Upload, how: { dry_run?: true; partial?: true | undefined }, key?: string) {
  const query = { ...how, columns: columns.join(), time_zone: zone, ...answered(kind, answers) };
  return dataOf(api.POST(PATHS[kind], { ...upload(file), params: { query, header: idempotencyKey(key) } }));
}

function answered(kind: Kind, { person, every, openWork }: Answers) {
  if (kind === "users") return { open_work: openWork || undefined };
  return kind === "absences" ? { person: person || undefined, events: every ? ("all" as const) : undefined } : {};
}

/** The columns that a file needs and that none of its own is said to be; a name may come in parts. */
export function missing(required: readonly string[], columns: readonly string[]): string[] {
  const there = new Set(columns);
  if (there.has("first_name") || there.has("last_name")) there.add("name");
  return required.filter((column) => !there.has(column));
}

function refused({ errors, message }: Problem): ImportResult {
  const lines = errors.map((error) => ({ line: error.line ?? 1, field: error.field, message: error.message }));
  return {
    created: 0,
    updated: 0,
    unchanged: 0,
    errors: lines.length > 0 ? lines : [{ line: 1, field: "", message }],
    more_errors: 0,
    subjects_changed: 0,
    leaving: 0,
    warnings: [],
    dry_run: true,
  };
}
