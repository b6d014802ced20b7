import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import type { ImportResult } from "@/api/types";

export type Kind = "users" | "follow-ups";

export const COLUMNS: Record<Kind, readonly string[]> = {
  users: ["email", "name", "role", "manager_email", "time_zone", "active"],
  "follow-ups": [
    "external_id", "title", "assignee_email", "due_at", "subject_kind", "subject_external_id",
    "subject_name", "subject_url", "notes", "status",
  ],
};

/** What an import would do, or why the API cannot read the file at all. */
export function useCheck() {
  return useMutation({
    mutationFn: async ({ kind, file }: { kind: Kind; file: File }): Promise<ImportResult> => {
      try {
        return await api.upload<ImportResult>(`/imports/${kind}`, file, { query: { dry_run: true } });
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
    mutationFn: ({ kind, file, partial }: { kind: Kind; file: File; partial: boolean }) =>
      api.upload<ImportResult>(`/imports/${kind}`, file, {
        query: { partial: partial || undefined },
        key: submission.keyOf([kind, file.name, file.size, file.lastModified, partial]),
      }),
    onSuccess: () => {
      submission.created();
      return cache.invalidateQueries();
    },
  });
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
    warnings: [],
    dry_run: true,
  };
}
