import { useState } from "react";
import type { FollowUpDay } from "@/api/types";
import { CalendarEntry } from "@/features/followups/CalendarEntry";
import { dayName } from "@/features/followups/calendarDays";
import type { Carrying } from "@/features/followups/useCarried";
import { words } from "@/i18n/planner";
import classes from "./CalendarView.module.css";

interface Props {
  day: string;
  /** Undefined: it still loads. */
  found: FollowUpDay | undefined;
  zone: string;
  hint: string;
  /** There is room for a dot of each; the chosen day is listed below. */
  phone: boolean;
  mark: "today" | "beyond" | undefined;
  chosen: boolean;
  carrying: Carrying;
  open: () => void;
}

const DOTS = 3;

/** A day with its first follow-ups, onto which others are dropped. */
export function CalendarDay({ day, found, zone, hint, phone, mark, chosen, carrying, open }: Props) {
  const { carried, drop } = carrying;
  const [over, setOver] = useState(false);
  const { items = [], count = 0, at_least: more = false, closed = false } = found ?? {};
  const hidden = count - items.length;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- what can be dropped here can be carried here by keys
    <li
      className={classes.day}
      data-day={day}
      data-mark={mark}
      data-closed={closed || undefined}
      data-target={(carried && (over || carried.to === day)) || undefined}
      onDragOver={(event) => {
        if (carried) event.preventDefault();
      }}
      onDragEnter={() => setOver(true)}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!carried) return;
        event.preventDefault();
        drop(carried.followUp, day);
      }}
    >
      <button
        type="button"
        className={classes.number}
        aria-label={found ? words.day(dayName(day), count, more, closed) : dayName(day)}
        aria-current={mark === "today" ? "date" : undefined}
        aria-pressed={phone ? chosen : undefined}
        onClick={open}
      >
        <span>{Number(day.slice(8))}</span>
        {phone && (
          <span className={classes.dots} aria-hidden>
            {items.slice(0, DOTS).map(({ id }) => (
              <i key={id} />
            ))}
          </span>
        )}
      </button>
      {!phone && items.length > 0 && (
        <ul className={classes.entries}>
          {items.map((each) => (
            <CalendarEntry key={each.id} followUp={each} zone={zone} hint={hint} carrying={carrying} />
          ))}
        </ul>
      )}
      {!phone && hidden > 0 && (
        <button type="button" className={classes.more} aria-label={words.moreOf(hidden, more, dayName(day))} onClick={open}>
          {words.more(hidden, more)}
        </button>
      )}
    </li>
  );
}
