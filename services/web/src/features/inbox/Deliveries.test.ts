import { expect, it } from "vitest";
import { wordsOf } from "@/features/inbox/Deliveries";

const DELIVERY = { channel: "email", at: "09:02", next_at: null, reason: null, held: false } as const;
const AGAIN = { ...DELIVERY, next_at: "09:10" };
const on = (at: string) => `at ${at}`;

it.each([
  [{ ...DELIVERY, state: "sent" }, "Mail sent at 09:02"],
  [{ ...AGAIN, state: "queued" }, "Mail waits to be sent"],
  [{ ...AGAIN, state: "queued", reason: "451 busy" }, "Mail not sent yet: 451 busy. Again at 09:10"],
  [{ ...AGAIN, state: "queued", held: true }, "Mail goes at 09:10, by your rules"],
  [{ ...AGAIN, state: "sending" }, "Mail is being sent"],
  [{ ...AGAIN, state: "unknown" }, "Nobody knows whether the mail arrived: it is sent again at 09:10"],
  [{ ...DELIVERY, state: "failed", reason: "550 no such user" }, "Mail failed: 550 no such user"],
  [{ ...DELIVERY, state: "suppressed", reason: "completed" }, "No mail: completed"],
  [{ ...DELIVERY, state: "suppressed", reason: "read" }, undefined],
  [{ ...DELIVERY, channel: "push", state: "sent" }, "Pushed to a browser at 09:02"],
  [{ ...DELIVERY, channel: "slack_webhook", state: "sent" }, "Posted in Slack at 09:02"],
  [{ ...DELIVERY, channel: "teams", state: "failed", reason: "410 Gone" }, "Teams failed: 410 Gone"],
] as const)("says what became of %o", (delivery, words) => {
  expect(wordsOf(delivery, on)).toBe(words);
});
