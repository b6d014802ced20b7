import type { FollowUp } from "@/api/types";
import { useMe } from "@/api/session";
import { Badge } from "@/components/Badge";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";
import { useNow } from "@/time/useNow";
import { dateOf } from "@/time/format";

type Held = Pick<FollowUp, "holds" | "waiting_until" | "snoozed" | "acknowledged_by" | "status">;

/** Whether anything is to be said of what holds a follow-up. */
export function isHeld({ waiting_until: waiting, snoozed, acknowledged_by: by, status }: Held): boolean {
  return status === "open" && Boolean(waiting ?? by ?? snoozed);
}

/** What holds a follow-up: until when it waits, how often it was snoozed, who has it. */
export function HoldBadges({ followUp }: { followUp: Held }) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  const { waiting_until: waiting, snoozed, acknowledged_by: by } = followUp;
  if (!isHeld(followUp)) return null;
  return (
    <>
      {waiting && <Badge tone="accent">{t.holds.waitingUntil(dateOf(waiting, zone, now))}</Badge>}
      {by && <Badge tone="good">{t.holds.has(isolate(by.name))}</Badge>}
      {snoozed > 0 && <Badge>{t.holds.snoozed(snoozed)}</Badge>}
    </>
  );
}
