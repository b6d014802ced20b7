import { LazyTooltip } from "@/components/LazyTooltip";
import { useMe } from "@/api/session";
import { useNow } from "@/time/useNow";
import { ago, calendar, dueText, inZone, onCalendar } from "@/time/format";

interface Props {
  at: string;
  /** "5 min ago"; "2 days overdue" or "in 3 h"; "Tomorrow 09:00"; within a sentence; or "Tue 3 Mar". */
  as: "ago" | "due" | "calendar" | "onCalendar" | "day";
  className?: string | undefined;
}

/** A time in words that keep current, in the person's zone, with the exact time on hover. */
export function RelativeTime({ at, as, className }: Props) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  const words = {
    ago: () => ago(at, now),
    due: () => dueText(at, now),
    calendar: () => calendar(at, zone, now),
    onCalendar: () => onCalendar(at, zone, now),
    day: () => inZone(at, zone, "day"),
  }[as]();
  return (
    <LazyTooltip<HTMLTimeElement> label={inZone(at, zone, "exact")}>
      {(hint) => (
        <time dateTime={at} className={className} {...hint}>
          {words}
        </time>
      )}
    </LazyTooltip>
  );
}
