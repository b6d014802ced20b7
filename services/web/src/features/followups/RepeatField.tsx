import { Chip, Group, NumberInput, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { Repeats } from "@/api/types";
import { DayField } from "@/components/DayField";
import { rulePreviewQuery } from "@/features/followups/queries";
import { dayOf, onClock, presetOf, presetsFor, rule, weekdayName, withUnit } from "@/features/followups/repeats";
import { words } from "@/i18n/series";
import { inZone } from "@/time/format";

interface Props {
  value: Repeats | null;
  onChange: (repeats: Repeats | null) => void;
  /** When the first one is due. */
  due: string | null;
  assignee: number;
  /** The day from which the rule of its series counts. */
  first?: string | undefined;
  /** Why the API did not take it. */
  error?: string | undefined;
}

const NEVER = "never";
const CUSTOM = "custom";
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const DAYS = Array.from({ length: 31 }, (_, index) => index + 1);
const NTHS = [1, 2, 3, 4, 5, -1];
const SHOWN = 4;

/** By which rule it comes again, from what is chosen often or by parts; and what the rule means. */
export function RepeatField({ value, onChange: give, due, assignee, first, error }: Props) {
  const { time_zone: zone } = useMe();
  const onChange = (chosen: Repeats | null) => give(chosen && onClock(chosen, zone));
  const [custom, setCustom] = useState(false);
  if (due === null) return null;
  const presets = presetsFor(due, zone);
  const known = presetOf(value, due, first, zone);
  if (known && !presets.some(({ label }) => label === known.label)) presets.unshift({ ...known, name: "as-it-is" });
  const chosen = value === null ? NEVER : custom || !known ? CUSTOM : (presets.find(({ label }) => label === known.label)?.name ?? CUSTOM);

  function choose(name: string | null) {
    setCustom(name === CUSTOM);
    if (name === NEVER) onChange(null);
    else if (name === CUSTOM) onChange(value ?? rule({ unit: "week", weekdays: [dayOf(due ?? "", zone).weekday] }));
    else onChange(presets.find((preset) => preset.name === name)?.rule ?? null);
  }

  return (
    <Stack gap="xs">
      <Select
        label={words.repeats}
        data={[
          { value: NEVER, label: words.never },
          ...presets.map((preset) => ({ value: preset.name, label: preset.label })),
          { value: CUSTOM, label: words.custom },
        ]}
        value={chosen}
        onChange={choose}
        allowDeselect={false}
        error={value === null ? error : undefined}
      />
      {value && chosen === CUSTOM && <RuleFields value={value} onChange={onChange} due={due} zone={value.time_zone ?? zone} />}
      {value && <Meaning value={value} due={due} assignee={assignee} zone={zone} error={error} />}
    </Stack>
  );
}

interface RuleProps {
  value: Repeats;
  onChange: (repeats: Repeats) => void;
  due: string;
  zone: string;
}

/** The parts of a rule. */
function RuleFields({ value, onChange, due, zone }: RuleProps) {
  const id = useId();
  const day = dayOf(due, zone);
  const change = (changes: Partial<Repeats>) => onChange({ ...value, ...changes });
  const onCalendar = value.counted_from === "calendar";
  const closed = Object.entries(words.closedDays).filter(([name]) => onCalendar || name !== "skip");
  return (
    <>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <NumberInput
          label={words.every}
          min={1}
          max={366}
          allowDecimal={false}
          w={90}
          value={value.every}
          onChange={(every) => typeof every === "number" && every >= 1 && change({ every })}
        />
        <Select
          label={words.unit}
          data={Object.entries(words.units).map(([unit, label]) => ({ value: unit, label }))}
          value={value.unit}
          onChange={(unit) => unit && onChange(withUnit(value, unit as Repeats["unit"], day))}
          allowDeselect={false}
          flex={1}
        />
      </Group>
      <div>
        <Text size="sm" fw={500} id={`${id}-from`}>
          {words.counted}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={`${id}-from`}
          data={Object.entries(words.countedFrom).map(([from, label]) => ({ value: from, label }))}
          value={value.counted_from}
          onChange={(from) => {
            const counted_from = from as Repeats["counted_from"];
            const closed_days = value.closed_days === "skip" ? "next" : value.closed_days;
            onChange(withUnit({ ...value, counted_from, closed_days }, value.unit, day));
          }}
        />
      </div>
      {value.unit === "week" && onCalendar && (
        <Chip.Group
          multiple
          value={value.weekdays.map(String)}
          onChange={(weekdays) => weekdays.length > 0 && change({ weekdays: weekdays.map(Number).sort() })}
        >
          <Group gap={6} role="group" aria-label={words.weekdays}>
            {WEEKDAYS.map((weekday) => (
              <Chip key={weekday} value={String(weekday)} size="xs">
                {weekdayName(weekday).slice(0, 3)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {value.unit === "month" && onCalendar && <InMonth value={value} change={change} />}
      {value.unit !== "working_day" && (
        <Select
          label={words.closed}
          data={closed.map(([name, label]) => ({ value: name, label }))}
          value={value.closed_days}
          onChange={(name) => name && change({ closed_days: name as Repeats["closed_days"] })}
          allowDeselect={false}
        />
      )}
      <Ends value={value} change={change} />
    </>
  );
}

interface PartProps {
  value: Repeats;
  change: (changes: Partial<Repeats>) => void;
}

/** The day of a month, or one of its weekdays. */
function InMonth({ value, change }: PartProps) {
  const days = DAYS.map((day) => ({ value: `day ${day}`, label: words.dayOfMonth(day) }));
  const nths = NTHS.flatMap((nth) =>
    WEEKDAYS.map((weekday) => ({
      value: `${nth} ${weekday}`,
      label: words.ofMonth(words.nths[nth] ?? "", weekdayName(weekday)),
    })),
  );
  const chosen = value.nth == null ? `day ${value.day ?? 1}` : `${value.nth} ${value.weekday}`;

  function choose(name: string | null) {
    const [nth, number] = (name ?? "day 1").split(" ");
    if (nth === "day") change({ day: Number(number), nth: null, weekday: null });
    else change({ day: null, nth: Number(nth) as NonNullable<Repeats["nth"]>, weekday: Number(number) });
  }

  return <Select label={words.inMonth} data={[...days, ...nths]} value={chosen} onChange={choose} allowDeselect={false} searchable />;
}

/** When it is over. */
function Ends({ value, change }: PartProps) {
  const ends = value.count != null ? "count" : value.until != null ? "until" : "never";
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <Select
        label={words.ends}
        data={Object.entries(words.endings).map(([name, label]) => ({ value: name, label }))}
        value={ends}
        onChange={(name) => change({ until: name === "until" ? "" : null, count: name === "count" ? 10 : null })}
        allowDeselect={false}
        flex={1}
      />
      {ends === "count" && (
        <NumberInput
          label={words.dates}
          min={2}
          max={1_000}
          allowDecimal={false}
          w={100}
          value={value.count ?? 2}
          onChange={(count) => typeof count === "number" && change({ count })}
        />
      )}
      {ends === "until" && (
        <DayField label={words.lastDayOf} value={value.until ?? ""} onChange={(until) => change({ until: until ?? "" })} />
      )}
    </Group>
  );
}

interface MeaningProps {
  value: Repeats;
  due: string;
  assignee: number;
  zone: string;
  error: string | undefined;
}

/** The rule in words and its next times, or what is wrong with it. */
function Meaning({ value, due, assignee, zone, error }: MeaningProps) {
  const { data, error: refused } = useQuery(rulePreviewQuery(value, due, assignee));
  const wrong = error ?? (refused instanceof Problem ? refused.message : undefined);
  if (wrong !== undefined) {
    return (
      <Text size="sm" c="red" role="alert">
        {wrong}
      </Text>
    );
  }
  return (
    <div aria-live="polite">
      {data && (
        <>
          <Text size="sm">{data.summary}</Text>
          <Text size="sm" c="dimmed">
            {words.next(data.due_at.slice(1, SHOWN + 1).map((at) => inZone(at, zone)).join(" · "))}
          </Text>
        </>
      )}
    </div>
  );
}
