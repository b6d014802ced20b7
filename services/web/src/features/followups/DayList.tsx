import { Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { Link } from "react-router";
import { useMe } from "@/api/session";
import type { FollowUp } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import { boundsOf, dayName } from "@/features/followups/calendarDays";
import { stateOf, timeOf } from "@/features/followups/CalendarEntry";
import { calendarQuery } from "@/features/followups/calendarQuery";
import { PriorityMark } from "@/features/followups/Facts";
import type { Filters } from "@/features/followups/filters";
import { RowMenu } from "@/features/followups/RowMenu";
import { useParameters } from "@/hooks/useParameters";
import { words } from "@/i18n/planner";
import { inZone } from "@/time/format";
import classes from "./CalendarView.module.css";

const SHOWN = 200;

interface Props {
  filters: Filters;
  day: string;
  zone: string;
}

/** All of a day, up to as many as anyone reads; each can be rescheduled by its menu. */
export function DayList({ filters, day, zone }: Props) {
  const { data, error, refetch } = useQuery(calendarQuery(filters, day, day, SHOWN));
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} compact />;
  const [found] = data?.days ?? [];
  if (!found) return <RowsSkeleton />;
  return (
    <>
      {found.count === 0 && <Text c="dimmed">{words.none}</Text>}
      <ul className={classes.list} aria-label={dayName(day)}>
        {found.items.map((each) => (
          <Line key={each.id} followUp={each} zone={zone} />
        ))}
      </ul>
      {found.count > found.items.length && (
        <Text size="sm" mt="sm">
          {words.truncated(found.items.length)} {filters.tab !== "completed" && <ToList filters={filters} day={day} zone={zone} />}
        </Text>
      )}
    </>
  );
}

function Line({ followUp, zone }: { followUp: FollowUp; zone: string }) {
  const me = useMe();
  const { id, title, subject, assignee, assignee_id: whose } = followUp;
  const where = [subject?.name, whose === me.id ? undefined : assignee.name].filter((each) => each !== undefined);
  const state = stateOf(followUp);
  return (
    <li className={classes.line} data-row={`follow-up-${id}`}>
      <span className={classes.time} data-state={state}>
        {inZone(timeOf(followUp), zone, "time")}
        {state && <VisuallyHidden>, {words.states[state]}</VisuallyHidden>}
      </span>
      <PriorityMark priority={followUp.priority} />
      <div className={classes.title}>
        <Link to={`/followups/${id}`} className="quiet" data-title>
          <UserText>{title}</UserText>
        </Link>
        {where.length > 0 && (
          <div className={classes.where}>
            {where.map((each, at) => (
              <Fragment key={at}>
                {at > 0 && " · "}
                <UserText>{each}</UserText>
              </Fragment>
            ))}
          </div>
        )}
      </div>
      {followUp.may_change && <RowMenu followUp={followUp} />}
    </li>
  );
}

/** The same in the list, which has all of them. */
function ToList({ filters: { due_from: from, due_before: before }, day, zone }: Props) {
  const [parameters] = useParameters();
  const [begin, end] = boundsOf(day, zone);
  const listed = new URLSearchParams(parameters);
  for (const name of ["look", "day", "due", "saved"]) listed.delete(name);
  listed.set("due_from", from > begin ? from : begin);
  listed.set("due_before", before && before < end ? before : end);
  return <Link to={`/followups?${listed}`}>{words.rest}</Link>;
}

export function DayDialog({ close, ...shown }: Props & { close: () => void }) {
  return (
    <Dialog onClose={close} title={dayName(shown.day)}>
      <DayList {...shown} />
    </Dialog>
  );
}
