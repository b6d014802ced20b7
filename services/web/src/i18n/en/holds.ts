import { followUps } from "@/i18n/en/amounts";
import { number } from "@/i18n/intl";

export const holds = {
  holds: {
    menu: "Hold",
    acknowledge: "I have it",
    openSnooze: "Snooze",
    openWait: "Wait for somebody",
    end: { wait: "End the wait", snooze: "End my snooze", acknowledge: "I do not have it any more" },
    verb: { snooze: "Snooze", wait: "Wait" },
    title: {
      snooze: (title: string) => `Snooze “${title}”`,
      wait: (title: string) => `Let “${title}” wait`,
    },
    titleMany: {
      snooze: (amount: number) => `Snooze ${followUps(amount)}`,
      wait: (amount: number) => `Let ${followUps(amount)} wait`,
    },
    text: {
      snooze: "You are not reminded before that. Its escalation goes on: others are told as ever.",
      wait: "Its clock stops until then, and nobody is told. Then it goes on, and you and your manager are told.",
    },
    notThese: {
      snooze: (amount: number) => `${followUps(amount)} may not be snoozed to any of these times: you are told why, and the others are snoozed.`,
      wait: (amount: number) => `${followUps(amount)} may not wait until any of these times: you are told why, and the others wait.`,
    },
    failed: "It is as it was",
    until: "Until",
    otherTime: "Another time",
    untilThen: {
      snooze: (time: string) => `You are reminded ${time}.`,
      wait: (time: string) => `The clock goes on ${time}.`,
    },
    reason: "For what",
    reasonIfAny: "Why, if you like",
    reasonMissing: { snooze: "Say why it is snoozed.", wait: "Say for what it waits." },
    reasonHelp: "It is kept in the history.",
    reasonExample: { snooze: "I am at a client's until noon", wait: "They decide on Thursday" },
    did: {
      acknowledge: (what: string) => `You have ${what}`,
      snooze: (what: string) => `Snoozed ${what}`,
      wait: (what: string) => `${what} waits`,
      resume: (what: string) => `${what} goes on`,
    },
    waitingUntil: (date: string) => `Waiting until ${date}`,
    snoozedUntil: (times: number, date: string) => `Snoozed ×${number(times)}, until ${date}`,
    inAll: (length: string) => ` (${length})`,
    snoozed: (times: number) => `Snoozed ×${number(times)}`,
    has: (name: string) => `${name} has it`,
    stopped: "Its clock is stopped until {time}.",
    stoppedWith: (step: string, left: string) => `Its clock is stopped until {time}. Then ${left} are left to step ${step} of its policy.`,
    waits: "It began to wait {ago}, {time}.",
    filter: "Held",
    filters: { waiting: "Waiting", snoozed: "Snoozed", acknowledged: "Somebody has it" },
  },
};
