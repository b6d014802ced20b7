import { useMe } from "@/api/session";
import type { Notification } from "@/api/types";
import { t } from "@/i18n";
import { onCalendar } from "@/time/format";
import { useNow } from "@/time/useNow";

type Delivery = Notification["deliveries"][number];

interface Props {
  deliveries: Delivery[];
  className?: string | undefined;
}

/** What became of a notification on its way out of the house: a line for each address. */
export function Deliveries({ deliveries, className }: Props) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  const lines = deliveries.map((each) => wordsOf(each, (at) => onCalendar(at, zone, now)));
  return lines.map((line, index) => line && <span key={index} className={className}>{line}</span>);
}

/** By the channel. */
const WORDS = {
  email: t.inbox.mail,
  apprise: t.inbox.mail,
  slack: t.inbox.slack,
  slack_webhook: t.inbox.slack,
  teams: t.inbox.teams,
  push: t.inbox.push,
};

/** What is said of a delivery; nothing of one whose notification had been read by then. */
export function wordsOf({ channel, state, at, next_at: next, reason, held }: Delivery, on: (at: string) => string): string | undefined {
  const words = WORDS[channel];
  switch (state) {
    case "sent":
      return words.sent(on(at));
    case "sending":
      return words.sending;
    case "queued":
      if (held && next) return words.held(on(next));
      return reason && next ? words.again(reason, on(next)) : words.waits;
    case "unknown":
      return words.unknown(on(next ?? at));
    case "failed":
      return words.failed(reason ?? "");
    default:
      return reason === "read" ? undefined : words.stopped(reason ?? "");
  }
}
