import { number } from "@/i18n/intl";

export const sweeps = {
  sweeps: {
    title: "Sweeps",
    start: "Start a sweep",
    notStarted: "No sweep was started",
    text: "A sweep finds every follow-up that has passed a step of its policy and tells who has to know. It runs by itself; start one when you do not want to wait.",
    none: "No sweep has run yet",
    noneText: "The first one runs within minutes.",
    noneOps: "See that a scheduler runs.",
    numbered: (id: number) => `Sweep ${id}`,
    progress: "Progress of the sweep",
    statuses: { queued: "Waiting", running: "Running", completed: "Done", failed: "Failed" },
    triggers: { schedule: "Schedule", manual: "By hand", cron: "Cron service" },
    columns: {
      status: "Status",
      requested: "Asked for",
      by: "By",
      took: "Took",
      escalated: "Escalated",
      notified: "Notified",
      failed: "Failed",
    },
    waiting: "Waiting for its turn",
    counts: (escalated: number, notified: number) =>
      `${number(escalated)} escalated, ${number(notified)} notifications`,
    soFar: (counts: string) => `${counts} so far`,
    nothing: "Nothing has passed a step since the last sweep",
    andFailed: (counts: string, failed: number) => `${counts}, ${number(failed)} failed`,
    told: (escalated: number, notified: number) => `${number(escalated)} escalated, ${number(notified)} notified`,
    failed: (amount: number) => `, ${number(amount)} failed`,
    all: "All sweeps",
  },
};
