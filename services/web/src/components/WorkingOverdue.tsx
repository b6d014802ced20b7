import type { FollowUp } from "@/api/types";
import { LazyTooltip } from "@/components/LazyTooltip";
import { isolate } from "@/components/bidi";
import { workingTime } from "@/time/format";
import { t } from "@/i18n";

type Props = Pick<FollowUp, "working_overdue">;

/** How long something is overdue in working time; nothing where no calendar applies. */
export function WorkingOverdue({ working_overdue: worked }: Props) {
  if (!worked) return null;
  return (
    <LazyTooltip<HTMLSpanElement> label={t.time.byCalendar(isolate(worked.calendar))}>
      {(hint) => <span {...hint}>{workingTime(worked)}</span>}
    </LazyTooltip>
  );
}
