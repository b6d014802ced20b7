import type { FollowUp, HoldShown } from "@/api/types";
import { useMe } from "@/api/session";
import { Badge } from "@/components/Badge";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";
import { useNow } from "@/time/useNow";
import { dateOf, duration } from "@/time/format";

type Held = Pick<FollowUp, "holds" | "waiting_until" | "snoozed" | "acknowledged_by" | "status">;

/** Whether anything is to be said of what holds a follow-up. */
export function isHeld({ waiting_until: waiting, snoozed, acknowledged_by: by, status }: Held): boolean {
  return status === "open" && Boolean(waiting ?? by ?? snoozed);
}

/** What holds a follow-up: until when it waits, how often it was snoozed, who has it. */
export function HoldBadges({ followUp }: { followUp: Held }) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  const { waiting_until: waiting, snoozed, acknowledged_by: by, holds } = followUp;
  if (!isHeld(followUp)) return null;
  const wait = holds.find(({ kind }) => kind === "wait");
  const snooze = holds.filter(({ kind }) => kind === "snooze").toSorted((one, other) => Date.parse(other.until) - Date.parse(one.until))[0];
  const date = ({ until }: HoldShown) => dateOf(until, zone, now);
  return (
    <>
      {waiting && wait && (
        <Badge tone="accent">
          {t.holds.waitingUntil(date(wait))}
          <Length {...wait} />
        </Badge>
      )}
      {by && <Badge tone="good">{t.holds.has(isolate(by.name))}</Badge>}
      {snoozed > 0 && (
        <Badge>
          {snooze ? t.holds.snoozedUntil(snoozed, date(snooze)) : t.holds.snoozed(snoozed)}
          {snooze && <Length {...snooze} />}
        </Badge>
      )}
    </>
  );
}

/** How long it is held in all. */
function Length({ since, until }: HoldShown) {
  return <span data-length>{t.holds.inAll(lengthOf(since, until))}</span>;
}

const DAY = 86_400_000;

/** How long something is held in all: in days, rounded, as soon as it is one. */
function lengthOf(since: string, until: string): string {
  const length = Date.parse(until) - Date.parse(since);
  return length < DAY ? duration(length) : t.time.days(Math.round(length / DAY));
}
