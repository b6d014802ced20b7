import { VisuallyHidden } from "@mantine/core";
import { Link } from "react-router";
import type { FollowUp } from "@/api/types";
import { UserText } from "@/components/UserText";
import { KindIcon, PriorityMark } from "@/features/followups/Facts";
import type { Carrying } from "@/features/followups/useCarried";
import { words } from "@/i18n/planner";
import { inZone } from "@/time/format";
import classes from "./CalendarView.module.css";

interface Props {
  followUp: FollowUp;
  zone: string;
  /** The id of the words about its keys. */
  hint: string;
  carrying: Carrying;
}

/** A follow-up on its day: dragged, or picked up by Space. Other keys mean it as they mean a row of a list. */
export function CalendarEntry({ followUp, zone, hint, carrying }: Props) {
  const { id, title, priority, kind } = followUp;
  const { carried, carry, pressed, blurred } = carrying;
  const movable = followUp.status === "open" && followUp.may_change;
  const state = stateOf(followUp);
  return (
    <li data-row={`follow-up-${id}`}>
      <Link
        to={`/followups/${id}`}
        className={`quiet ${classes.entry}`}
        data-title
        data-state={state}
        data-carried={carried?.followUp.id === id || undefined}
        draggable={movable}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = "move";
          carry({ followUp, to: null });
        }}
        onDragEnd={() => carry(null)}
        onKeyDown={movable ? (event) => pressed(event, followUp) : undefined}
        onBlur={() => blurred(followUp)}
        aria-describedby={movable ? hint : undefined}
        title={title}
      >
        <span className={classes.time}>{inZone(timeOf(followUp), zone, "time")}</span>
        <PriorityMark priority={priority} />
        <KindIcon name={kind} />
        <span className={classes.title}>
          <UserText>{title}</UserText>
        </span>
        {state && <VisuallyHidden>, {words.states[state]}</VisuallyHidden>}
      </Link>
    </li>
  );
}

/** When it is on the calendar. */
export function timeOf({ status, completed_at: done, due_at: due }: FollowUp): string {
  return status === "completed" ? (done ?? due) : due;
}

/** In what state it is, by colour and in `words.states`. */
export function stateOf({ status, severity, hours_overdue: late }: FollowUp) {
  if (status === "completed") return "done";
  if (severity === "escalated" || severity === "breach") return severity;
  return late > 0 ? "overdue" : undefined;
}
