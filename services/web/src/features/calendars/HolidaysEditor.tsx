import { Button, Checkbox, Select, SimpleGrid, TagsInput, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { Calendar } from "@/api/types";
import { countries, sourceOf } from "@/features/calendars/countries";
import type { CalendarDraft } from "@/features/calendars/draft";
import { words } from "@/i18n/calendars";
import { now } from "@/time/clock";
import { dateOf } from "@/time/format";
import classes from "./calendars.module.css";

const SHOWN = 12;
const CATEGORIES = ["public", "bank", "school", "government", "optional", "half_day"];

interface Props {
  draft: CalendarDraft;
  change: (change: Partial<CalendarDraft>) => void;
  /** As it is saved: its holidays are known. Null: it is a new one. */
  saved: Calendar | null;
  problem: Problem | null;
}

/** Whose public holidays the calendar keeps, and on which of them work is done all the same. */
export function HolidaysEditor({ draft, change, saved, problem }: Props) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Select
          label={words.country}
          placeholder={words.noCountry}
          data={countries(draft.country)}
          value={draft.country || null}
          onChange={(country) => change({ country: country ?? "", subdivision: "", removed: [] })}
          clearable
          searchable
          clearButtonProps={{ "aria-label": words.clearCountry }}
          error={problem?.messageFor("holidays.country")}
        />
        {draft.country && (
          <>
            <TextInput
              label={words.subdivision}
              description={words.subdivisionHelp}
              inputWrapperOrder={["label", "input", "description", "error"]}
              maxLength={40}
              value={draft.subdivision}
              onChange={(event) => change({ subdivision: event.currentTarget.value })}
              error={problem?.messageFor("holidays.subdivision")}
            />
            <TagsInput
              label={words.categories}
              description={words.categoriesHelp}
              inputWrapperOrder={["label", "input", "description", "error"]}
              data={CATEGORIES}
              value={draft.categories}
              onChange={(categories) => change({ categories })}
              error={problem?.messageFor("holidays.categories")}
            />
          </>
        )}
      </SimpleGrid>
      {draft.country && <List draft={draft} change={change} saved={saved} />}
    </>
  );
}

function List({ draft, change, saved: calendar }: Omit<Props, "problem">) {
  const { time_zone: zone } = useMe();
  const [all, setAll] = useState(false);
  const saved = calendar?.holidays;
  const same = saved?.country === draft.country && (saved.subdivision ?? "") === draft.subdivision;
  if (!calendar || !same || saved.categories.join() !== draft.categories.join()) {
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {words.holidaysAfterSaving}
      </Text>
    );
  }
  const today = new Date(now()).toISOString().slice(0, 10);
  const coming = saved.days.filter(({ date }) => date >= today);
  const shown = all ? coming : coming.slice(0, SHOWN);
  const toggle = (date: string, closed: boolean) =>
    change({ removed: closed ? draft.removed.filter((other) => other !== date) : [...draft.removed, date].sort() });
  return (
    <>
      <Text size="sm" c="dimmed" mt="sm">
        {sourceOf(calendar)} {words.closedOn}
      </Text>
      <div className={classes.list} role="group" aria-label={words.holidayList}>
        {shown.map(({ date, name }) => (
          <Checkbox
            key={date}
            size="xs"
            label={words.dayTitle(dateOf(`${date}T12:00:00Z`, zone, now()), name)}
            checked={!draft.removed.includes(date)}
            onChange={(event) => toggle(date, event.currentTarget.checked)}
          />
        ))}
      </div>
      {shown.length < coming.length && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          {words.allYears(coming.length)}
        </Button>
      )}
    </>
  );
}
