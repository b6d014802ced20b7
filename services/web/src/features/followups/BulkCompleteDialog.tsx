import { Button, Chip, Group, Kbd, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { BulkChange } from "@/api/limits";
import { DEFAULT_OUTCOME, outcomesQuery } from "@/api/outcomes";
import type { Problem } from "@/api/problem";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { takeTyped } from "@/features/followups/typedAhead";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";
import { t } from "@/i18n";
import { words } from "@/i18n/closing";

interface Props {
  count: number;
  /** Whether the policy of one of them asks for a note, as far as is known here. */
  noteRequired: boolean;
  problem: Problem | null;
  busy: boolean;
  run: (change: { action: "complete"; outcome: string; note: string | null }) => void;
  close: () => void;
}

/** Asks what came of many follow-ups; a digit chooses, and Enter completes. */
export default function BulkCompleteDialog({ count, noteRequired, problem, busy, run, close }: Props) {
  const { data: outcomes = [], isLoading } = useQuery(outcomesQuery());
  const [outcome, setOutcome] = useState(DEFAULT_OUTCOME);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const asked = problem?.messageFor("note");
  const required = noteRequired || asked !== undefined;
  const missing = required && note.trim() === "";

  function choose(key: string) {
    const named = outcomes[Number(key) - 1];
    if (named) setOutcome(named.name);
  }

  useEffect(() => {
    if (!isLoading) Array.from(takeTyped()).forEach(choose);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, with what is there by then
  }, [isLoading]);
  useEffect(() => {
    if (asked !== undefined) noteField.current?.focus();
  }, [asked]);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (!isShortcutTyped(event)) choose(event.key);
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (missing) noteField.current?.focus();
    else run({ action: "complete", outcome, note: note.trim() || null });
  }

  return (
    <Dialog onClose={close} title={t.bulk.completeTitle(count)}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <FormProblem error={tried && !asked ? problem : null} />
          <div role="radiogroup" aria-label={words.outcome}>
            <Text size="sm" fw={500} mb={6} aria-hidden>
              {words.outcome}
            </Text>
            <Chip.Group value={outcome} onChange={setOutcome}>
              <Group gap={6}>
                {outcomes.map(({ name, label }, index) => (
                  <Chip key={name} value={name}>
                    {label} {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </div>
          <Textarea
            ref={noteField}
            label={words.note}
            placeholder={words.noteExample}
            required={required}
            error={missing && (tried || asked) ? words.noteNeeded : undefined}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
            maxLength={BulkChange.note}
            autosize
            minRows={2}
            data-autofocus={required || undefined}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy} data-autofocus={!required || undefined}>
              {t.bulk.completeAll(count)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
