import { Button, Chip, Group, Kbd, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { BulkChange } from "@/api/limits";
import { DEFAULT_OUTCOME, outcomesQuery } from "@/api/outcomes";
import type { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { NextOfEach, Preset } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { Choices } from "@/features/followups/Choices";
import { DueField } from "@/features/followups/DueField";
import { PRESET_KEYS } from "@/features/followups/presetKeys";
import { takeTyped } from "@/features/followups/typedAhead";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";
import { t } from "@/i18n";
import { words } from "@/i18n/closing";

const NOTHING = "nothing";
const TYPED = "typed";

interface Props {
  count: number;
  /** Whether the policy of one of them asks for a note, as far as is known here. */
  noteRequired: boolean;
  problem: Problem | null;
  busy: boolean;
  run: (change: { action: "complete"; outcome: string; note: string | null; next: NextOfEach | null }) => void;
  close: () => void;
}

type Next = Preset | typeof NOTHING | typeof TYPED;

const KEYS: Record<Next, string> = { nothing: "n", ...PRESET_KEYS, typed: "a" };
const NEXT = Object.keys(KEYS) as Next[];

/** Asks what came of many follow-ups and what comes next of each; a digit chooses, and Enter completes. */
export default function BulkCompleteDialog({ count, noteRequired, problem, busy, run, close }: Props) {
  const { data: outcomes = [], isLoading } = useQuery(outcomesQuery());
  const [outcome, setOutcome] = useState(DEFAULT_OUTCOME);
  const [note, setNote] = useState("");
  const { id: me, time_zone: zone } = useMe();
  const [next, setNext] = useState<Next>(NOTHING);
  const [dueAt, setDueAt] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const asked = problem?.messageFor("note");
  const required = noteRequired || asked !== undefined;
  const missing = required && note.trim() === "";

  function choose(key: string) {
    const named = outcomes[Number(key) - 1];
    if (named) setOutcome(named.name);
    const planned = NEXT.find((each) => KEYS[each] === key);
    if (planned) setNext(planned);
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
      if (isShortcutTyped(event)) return;
      if (event.key === KEYS.typed) event.preventDefault(); // its field may have the focus at once
      choose(event.key);
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (missing) noteField.current?.focus();
    else if (next !== TYPED || dueAt !== null) run({ action: "complete", outcome, note: note.trim() || null, next: planned(next, dueAt) });
  }

  return (
    <Dialog onClose={close} title={t.bulk.completeTitle(count)}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <FormProblem error={tried && !asked ? problem : null} />
          <Choices label={words.outcome} value={outcome} onChange={setOutcome}>
            {outcomes.map(({ name, label }, index) => (
              <Chip key={name} value={name}>
                {label} {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
              </Chip>
            ))}
          </Choices>
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
          <Choices label={words.nextOfEach} value={next} onChange={(chosen) => setNext(chosen as Next)}>
            {NEXT.map((each) => (
              <Chip key={each} value={each}>
                {labelOf(each)} <Kbd size="xs">{KEYS[each]}</Kbd>
              </Chip>
            ))}
          </Choices>
          {next === TYPED && (
            <DueField
              label={words.whenEach}
              value={dueAt}
              onChange={setDueAt}
              zone={zone}
              assignee={me}
              error={tried && dueAt === null ? t.form.dueMissing : undefined}
              suggestions={false}
              focused
            />
          )}
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

function labelOf(next: Next): string {
  if (next === NOTHING) return words.nothing;
  return next === TYPED ? words.another : t.completing.presets[next];
}

/** When each comes again, as the API takes it. */
function planned(next: Next, dueAt: string | null): NextOfEach | null {
  if (next === NOTHING) return null;
  return next === TYPED ? { due_at: dueAt } : { preset: next };
}
