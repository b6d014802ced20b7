import { Button, Chip, Group, Kbd, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { Completion, NextFollowUp } from "@/api/limits";
import { DEFAULT_OUTCOME, outcomesQuery } from "@/api/outcomes";
import { useMe } from "@/api/session";
import type { FollowUp, NextFollowUpBody, Preset } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { Choices } from "@/features/followups/Choices";
import { DueField } from "@/features/followups/DueField";
import { closeCompletion } from "@/features/followups/completion";
import { useComplete } from "@/features/followups/mutations";
import { PRESET_KEYS } from "@/features/followups/presetKeys";
import { presetsQuery } from "@/features/followups/queries";
import { keepTyping, takeEnter, takeTyped } from "@/features/followups/typedAhead";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/closing";
import { now } from "@/time/clock";
import { calendar } from "@/time/format";

const NOTHING = "nothing";
const TYPED = "typed";

/** Keys that choose what comes next, and complete. */
const KEYS: Record<Preset | typeof NOTHING | typeof TYPED, string> = {
  ...PRESET_KEYS,
  nothing: "n",
  typed: "a",
};

type Next = keyof typeof KEYS;

/** Asks what came of a follow-up and what comes next: two keys, or a click each. */
export default function CompleteDialog({ followUp }: { followUp: FollowUp }) {
  const { time_zone: zone } = useMe();
  const { data: outcomes = [], isLoading: outcomesLoad } = useQuery(outcomesQuery());
  const { data: presets = [], isLoading: presetsLoad } = useQuery(presetsQuery(followUp.assignee_id));
  const complete = useComplete();
  const [outcome, setOutcome] = useState(DEFAULT_OUTCOME);
  const [note, setNote] = useState("");
  const noteField = useRef<HTMLTextAreaElement>(null);
  const noteMissing = followUp.note_required && note.trim() === "";
  const [next, setNext] = useState<Next>(NOTHING);
  const [title, setTitle] = useState(followUp.title);
  const [dueAt, setDueAt] = useState<string | null>(null);
  /** What was typed for the due time before its field was there. */
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const leave = useUnsavedChanges(note.trim() !== "" || (next === TYPED && dueAt !== null), closeCompletion);

  function finish(chosen: Next, outcome: string) {
    if (noteMissing) {
      setTried(true);
      noteField.current?.focus();
      return;
    }
    if (chosen === TYPED && dueAt === null) {
      setTried(true);
      return;
    }
    const planned = chosen === NOTHING ? null : { ...timeOf(chosen, dueAt), title: title.trim() || followUp.title };
    closeCompletion();
    complete.mutate({ followUp, completion: { outcome, note: note.trim() || null, next: planned } });
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    finish(next, outcome);
  }

  /** Does what a key means; the outcome is given where one key chooses it and the next completes. */
  function press(key: string, before: string): string {
    const named = outcomes[Number(key) - 1];
    if (named) setOutcome(named.name);
    const chosen = (Object.keys(KEYS) as Next[]).find((each) => KEYS[each] === key);
    if (chosen === TYPED) pressAll(key);
    else if (chosen && (chosen === NOTHING || presets.some(({ preset }) => preset === chosen))) finish(chosen, before);
    return named?.name ?? before;
  }

  /** Keys that came together; behind the one for another time it is a text. */
  function pressAll(keys: string) {
    const [choices = "", ...rest] = keys.split(KEYS.typed);
    Array.from(choices).reduce((before, key) => press(key, before), outcome);
    if (rest.length === 0) return;
    const field = document.querySelector<HTMLElement>("[role=dialog] [data-due]");
    if (field) {
      field.focus();
      return;
    }
    keepTyping(); // until its field has the focus
    setTyped(rest.join(KEYS.typed));
    setNext(TYPED);
  }

  /** What was typed before the dialog was there: where a note is asked for, that is the note. */
  function takeAhead(keys: string) {
    const entered = takeEnter();
    if (!followUp.note_required) {
      pressAll(keys);
      if (entered && keys === "") document.querySelector<HTMLFormElement>("[role=dialog] form")?.requestSubmit();
    } else if (noteField.current?.value === "") setNote(keys);
  }

  // What was typed before there was anything to choose from.
  const loading = outcomesLoad || presetsLoad;
  useEffect(() => {
    if (!loading) takeAhead(takeTyped());
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, with what is there by then
  }, [loading]);
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (isShortcutTyped(event)) return;
      if (event.key === KEYS.typed) event.preventDefault(); // its field may have the focus at once
      press(event.key, outcome);
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });

  return (
    <Dialog onClose={leave} title={words.title(isolate(followUp.title))} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <Choices label={words.outcome} value={outcome} onChange={setOutcome}>
            {outcomes.map(({ name, label }, index) => (
              <Chip key={name} value={name} data-autofocus={(name === outcome && !followUp.note_required) || undefined}>
                {label} {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
              </Chip>
            ))}
          </Choices>
          <Textarea
            ref={noteField}
            label={words.note}
            required={followUp.note_required}
            error={tried && noteMissing ? words.noteNeeded : undefined}
            data-autofocus={followUp.note_required || undefined}
            placeholder={words.noteExample}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
            maxLength={Completion.note}
            autosize
            minRows={2}
          />
          <Choices label={words.next} value={next} onChange={(chosen) => setNext(chosen as Next)}>
            <Chip value={NOTHING}>
              {words.nothing} <Kbd size="xs">{KEYS.nothing}</Kbd>
            </Chip>
            {presets.map(({ preset, due_at }) => (
              <Chip key={preset} value={preset} title={calendar(due_at, zone, now())}>
                {t.completing.presets[preset]} <Kbd size="xs">{KEYS[preset]}</Kbd>
              </Chip>
            ))}
            <Chip value={TYPED}>
              {words.another} <Kbd size="xs">{KEYS.typed}</Kbd>
            </Chip>
          </Choices>
          {next === TYPED && (
            <DueField
              label={words.when}
              value={dueAt}
              onChange={setDueAt}
              zone={zone}
              assignee={followUp.assignee_id}
              typed={typed}
              error={tried && dueAt === null ? t.form.dueMissing : undefined}
              suggestions={false}
              focused
            />
          )}
          {next !== NOTHING && (
            <TextInput
              label={words.nextTitle}
              description={presets.filter(({ preset }) => preset === next).map(({ due_at }) => calendar(due_at, zone, now()))[0]}
              value={title}
              onChange={({ currentTarget }) => setTitle(currentTarget.value)}
              maxLength={NextFollowUp.title}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit">{t.followUps.complete}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** When the next one is due, as the API takes it. */
function timeOf(chosen: Exclude<Next, typeof NOTHING>, dueAt: string | null): Pick<NextFollowUpBody, "preset" | "due_at"> {
  return chosen === TYPED ? { due_at: dueAt } : { preset: chosen };
}
