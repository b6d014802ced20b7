import { Tooltip } from "@mantine/core";
import { useMe } from "@/features/session/session";
import { useNow } from "@/time/useNow";
import { ago, calendar, dueWords, inZone } from "@/time/words";

interface Props {
  at: string;
  /** "5 min ago"; "2 days overdue" or "in 3 h"; or "Tomorrow 09:00". */
  as: "ago" | "due" | "calendar";
  className?: string | undefined;
}

/** A time in words that keep current, in the person's zone, with the exact time on hover. */
export function RelativeTime({ at, as, className }: Props) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  const words = as === "ago" ? ago(at, now) : as === "due" ? dueWords(at, now) : calendar(at, zone, now);
  return (
    <Tooltip label={inZone(at, zone, "exact")}>
      <time dateTime={at} className={className}>
        {words}
      </time>
    </Tooltip>
  );
}
