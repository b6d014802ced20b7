import { Button, Group, Kbd, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState, type FocusEvent } from "react";
import { DueCalendar } from "@/features/followups/DueCalendar";
import { PRESET_KEYS, usePresetKeys } from "@/features/followups/presetKeys";
import { presetsQuery } from "@/features/followups/queries";
import { takeTyped } from "@/features/followups/typedAhead";
import { exampleDate, useTyped } from "@/features/followups/useTyped";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { calendar } from "@/time/format";
import { presets as usual } from "@/time/presets";
import { supportedZone } from "@/time/supportedZone";
import { writtenOut } from "@/time/typed";
import classes from "./DueField.module.css";

interface Props {
  /** A moment in UTC. */
  value: string | null;
  /** Called with null while what is typed means no moment. */
  onChange: (value: string | null) => void;
  zone: string;
  /** In whose working hours the suggestions come. */
  assignee: number;
  label?: string;
  error?: string | undefined;
  focused?: boolean;
  /** Whether times that people choose often are offered below it. */
  suggestions?: boolean;
  /** What was typed before it was there. */
  typed?: string;
  /** Takes a suggestion by its key, and is done with it. */
  pick?: (at: string) => void;
}

/** A moment as one types it, chooses it from a calendar or takes a suggestion; on the clock of the person's zone. */
export function DueField({ value, onChange, zone, assignee, label = t.due.label, error, focused, suggestions = true, typed = "", pick }: Props) {
  const shown = (at: string | null) => (at === null ? "" : writtenOut(at, zone));
  const [text, setText] = useState(typed || shown(value));
  const [told, setTold] = useState(value);
  const [typing, setTyping] = useState(typed !== "");
  const field = useRef<HTMLInputElement>(null);
  const reading = useTyped(text, assignee);
  const { at } = reading;
  if (value !== told) {
    setTold(value);
    if (!typing && value !== at) setText(shown(value)); // changed from elsewhere
  }

  const written = text === shown(value); // as it was given: to the minute only
  useEffect(() => {
    if (!written && at !== value) onChange(at);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when another moment is understood, which may take an answer
  }, [at, written]);
  useLayoutEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);

  /** What was typed meanwhile goes on from what was typed before; else what is there is replaced. */
  function focus({ currentTarget }: FocusEvent<HTMLInputElement>) {
    const late = takeTyped();
    if (late !== "") {
      setTyping(true);
      setText((typing ? text : "") + late);
    } else if (typing) currentTarget.setSelectionRange(text.length, text.length);
    else currentTarget.select();
  }

  function take(moment: string) {
    setText(shown(moment));
    onChange(moment);
  }

  const wrong = reading.wrong && (!typing || error) ? reading.wrong : undefined;
  return (
    <div>
      <TextInput
        ref={field}
        label={label}
        description={t.due.help(supportedZone(zone), exampleDate())}
        placeholder={t.due.placeholder}
        value={text}
        onChange={({ currentTarget }) => {
          setTyping(true);
          setText(currentTarget.value);
          onChange(reading.momentOf(currentTarget.value)); // at once: Enter may be the next key
        }}
        onFocus={focus}
        onBlur={() => {
          setTyping(false);
          if (at !== null && at === value) setText(shown(at));
        }}
        error={wrong ?? (reading.wrong ? undefined : error)}
        rightSection={<DueCalendar value={value} onChange={take} zone={zone} />}
        autoComplete="off"
        data-autofocus={focused || undefined}
        data-due
      />
      <Text size="sm" className={classes.understood} role="status">
        {written ? "" : (reading.says ?? (wrong ? "" : reading.wrong))}
      </Text>
      {suggestions && <Suggestions zone={zone} assignee={assignee} take={take} pick={pick} />}
    </div>
  );
}

interface SuggestionProps {
  zone: string;
  assignee: number;
  take: (at: string) => void;
  pick: ((at: string) => void) | undefined;
}

/** Times that people choose often, in the assignee's working hours; the usual ones until those are known. */
function Suggestions({ zone, assignee, take, pick }: SuggestionProps) {
  const { data, isLoading } = useQuery(presetsQuery(assignee));
  const known = data?.map(({ preset, due_at: at }) => ({ label: t.completing.presets[preset], at, hotkey: PRESET_KEYS[preset] }));
  usePresetKeys(isLoading ? undefined : (known ?? []), pick);
  return (
    <Group gap={6} mt={8}>
      {(known ?? usual(zone, now())).map(({ label, at, ...rest }) => (
        <Button
          key={label}
          size="compact-xs"
          variant="light"
          color="gray"
          c="var(--muted)"
          title={calendar(at, zone, now())}
          onClick={() => take(at)}
        >
          {label} {pick && "hotkey" in rest && <Kbd size="xs" ml={4}>{String(rest.hotkey)}</Kbd>}
        </Button>
      ))}
    </Group>
  );
}
