import { Button, Group, SegmentedControl, Text, VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { useMe } from "@/api/session";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { CalendarDay } from "@/features/followups/CalendarDay";
import { dayIn, dayOf, daysShown, turned } from "@/features/followups/calendarDays";
import { DayDialog, DayList } from "@/features/followups/DayList";
import { calendarQuery } from "@/features/followups/calendarQuery";
import { LOOKS, type Filters, type Look } from "@/features/followups/filters";
import { useCarried } from "@/features/followups/useCarried";
import { useParameters } from "@/hooks/useParameters";
import { words } from "@/i18n/planner";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";
import { FIRST_DAYS, usePreferences } from "@/time/preferences";
import classes from "./CalendarView.module.css";

const PER_DAY = { month: 4, week: 25 } as const;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const SHORT_MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });

interface Props {
  filters: Filters;
  span: Look;
  change: (next: Pick<Filters, "look">) => void;
}

/** The follow-ups of a list by day: a week or a month, each day with its first ones. */
export default function CalendarView({ filters, span, change }: Props) {
  const { time_zone: zone } = useMe();
  const { week_start: start } = usePreferences();
  const [parameters, setParameters] = useParameters();
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const hint = useId();
  const today = dayOf(now(), zone);
  const day = dayIn(parameters) || today;
  const days = useMemo(() => daysShown(span, day, FIRST_DAYS[start]), [span, day, start]);
  const { data, error, isFetching, refetch } = useQuery(calendarQuery(filters, days[0] ?? day, days.at(-1) ?? day, PER_DAY[span]));
  const { said, ...carrying } = useCarried(days);
  const [opened, setOpened] = useState<string | null>(null);
  const title = span === "month" ? (phone ? SHORT_MONTH : MONTH).format(Date.parse(day)) : `${plainDay(days[0] ?? day, now())} – ${plainDay(days.at(-1) ?? day, now())}`;
  const found = new Map(data?.days.map((each) => [each.day, each]));
  const go = (to: string) => setParameters({ day: to });
  return (
    <div className={classes.view}>
      <Group gap="xs" mb="sm" className={classes.controls}>
        <IconButton aria-label={words.before[span]} onClick={() => go(turned(span, day, -1))}>
          <IconChevronLeft size={18} />
        </IconButton>
        <IconButton aria-label={words.after[span]} onClick={() => go(turned(span, day, 1))}>
          <IconChevronRight size={18} />
        </IconButton>
        <Text component="h2" fw={600} aria-live="polite">
          {title}
        </Text>
        <Button variant="default" size="compact-sm" ml="auto" onClick={() => go("")}>
          {words.today}
        </Button>
        <SegmentedControl
          size="xs"
          aria-label={words.span}
          data={LOOKS.map((value) => ({ value, label: words.spans[value] }))}
          value={span}
          onChange={(look) => change({ look })}
        />
      </Group>
      <VisuallyHidden id={hint}>{words.hint}</VisuallyHidden>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      {error && !data ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <>
          <div className={classes.weekdays} aria-hidden>
            {days.slice(0, 7).map((each) => (
              <span key={each}>{WEEKDAY.format(Date.parse(each))}</span>
            ))}
          </div>
          <ol className={classes.grid} data-span={span} aria-label={title} aria-busy={isFetching}>
            {days.map((each) => (
              <CalendarDay
                key={each}
                day={each}
                found={found.get(each)}
                zone={zone}
                hint={hint}
                phone={phone}
                mark={each === today ? "today" : span === "month" && each.slice(0, 7) !== day.slice(0, 7) ? "beyond" : undefined}
                chosen={each === day}
                carrying={carrying}
                open={() => (phone ? go(each) : setOpened(each))}
              />
            ))}
          </ol>
          {phone && <DayList filters={filters} day={day} zone={zone} />}
        </>
      )}
      {opened && <DayDialog filters={filters} day={opened} zone={zone} close={() => setOpened(null)} />}
    </div>
  );
}
