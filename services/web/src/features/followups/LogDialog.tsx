import { Button, Group, Select, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { useKindChoices } from "@/api/kinds";
import { Completion } from "@/api/limits";
import { outcomesQuery } from "@/api/outcomes";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { FollowUp, LogEntry } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/closing";

type About = Pick<FollowUp, "id" | "title">;

interface Props {
  /** What it can belong to; the first one unless somebody says otherwise. */
  followUps: readonly About[];
  close: () => void;
}

/** Writes down a call or a note, and completes nothing. */
export default function LogDialog({ followUps, close }: Props) {
  const kinds = useKindChoices();
  const { data: outcomes = [] } = useQuery(outcomesQuery());
  const [about, setAbout] = useState(String(followUps[0]?.id ?? ""));
  const [kind, setKind] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const log = useLog(close);
  const problem = log.error instanceof Problem ? log.error : null;
  const leave = useUnsavedChanges(note.trim() !== "" || kind !== null, close);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    log.mutate({ id: Number(about), body: { kind, outcome: kind && outcome, note: note.trim() || null } });
  }

  return (
    <Dialog onClose={leave} title={t.log.title}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={problem} fields={["kind", "outcome", "note"]} />
          {followUps.length > 1 && (
            <Select
              label={t.log.about}
              data={followUps.map(({ id, title }) => ({ value: String(id), label: title }))}
              value={about}
              onChange={(id) => setAbout(id ?? about)}
              allowDeselect={false}
              searchable
            />
          )}
          <Select
            label={t.log.kind}
            placeholder={t.log.onlyNote}
            data={kinds}
            value={kind}
            onChange={setKind}
            error={problem?.messageFor("kind")}
            clearable
          />
          {kind !== null && (
            <Select
              label={words.outcome}
              data={outcomes.map(({ name, label }) => ({ value: name, label }))}
              value={outcome}
              onChange={setOutcome}
              error={problem?.messageFor("outcome")}
              clearable
            />
          )}
          <Textarea
            label={words.note}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
            maxLength={Completion.note}
            error={problem?.messageFor("note")}
            autosize
            minRows={3}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={log.isPending} disabled={kind === null && note.trim() === ""}>
              {t.log.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useLog(close: () => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: ({ id, body }: { id: number; body: LogEntry }) =>
      dataOf(
        api.POST("/follow-ups/{follow_up_id}/log", {
          params: { path: { follow_up_id: id }, header: idempotencyKey(submission.keyOf({ id, body })) },
          body,
        }),
      ),
    onSuccess: (_, { id }) => {
      submission.created();
      done(t.log.saved);
      void cache.invalidateQueries({ queryKey: queryKeys.activities(id) });
      void cache.invalidateQueries({ queryKey: queryKeys.subjects });
      close();
    },
  });
}
