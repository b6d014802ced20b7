import type { FollowUp } from "@/api/types";
import { LazyTooltip } from "@/components/LazyTooltip";
import { isolate } from "@/components/bidi";
import { hoursOverdue, workingTime } from "@/time/format";
import { useNow } from "@/time/useNow";
import { t } from "@/i18n";

type Props = Pick<FollowUp, "due_at" | "working_overdue">;

/** How long something is overdue in working time, where a calendar applies; else the hours in all of a day or more. */
export function HoursOverdue({ due_at: dueAt, working_overdue: worked }: Props) {
  const inAll = hoursOverdue(dueAt, useNow());
  if (!worked) return inAll === null ? null : <span>{inAll}</span>;
  return (
    <LazyTooltip<HTMLSpanElement> label={t.time.byCalendar(isolate(worked.calendar))}>
      {(hint) => <span {...hint}>{workingTime(worked)}</span>}
    </LazyTooltip>
  );
}
