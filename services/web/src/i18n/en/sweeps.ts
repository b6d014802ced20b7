import { number } from "@/i18n/intl";

export const sweeps = {
  sweeps: {
    title: "Escalation runs",
    start: "Start a run",
    notStarted: "No run was started",
    text: "An escalation run finds every follow-up that has passed a step of its policy and tells who has to know. It comes by itself; start one when you do not want to wait.",
    none: "There was no escalation run yet",
    noneText: "The first one runs within minutes.",
    noneOps: "See that a scheduler runs.",
    numbered: (id: number) => `Escalation run ${id}`,
    progress: "Progress of the run",
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
    nothing: "Nothing has passed a step since the last run",
    andFailed: (counts: string, failed: number) => `${counts}, ${number(failed)} failed`,
    told: (escalated: number, notified: number) => `${number(escalated)} escalated, ${number(notified)} notified`,
    failed: (amount: number) => `, ${number(amount)} failed`,
    all: "All escalation runs",
  },
};
