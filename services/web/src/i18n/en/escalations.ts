import { number } from "@/i18n/intl";

export const escalations = {
  escalations: {
    title: "Escalations",
    search: "Search escalations",
    critical: "CRITICAL",
    levels: {
      admin: {
        title: "Admin escalations",
        hint: "96 h overdue or more: SLA breach",
        none: "No follow-up is escalated to admins.",
        noneFound: "No follow-up found here is escalated to admins.",
      },
      manager: {
        title: "Manager escalations",
        hint: "48 to 96 h overdue",
        none: "No follow-up is escalated to managers.",
        noneFound: "No follow-up found here is escalated to managers.",
      },
    },
    none: "None",
    adminHint: "Critical: SLA breach, 96 h and more",
    unroutable: "Not deliverable",
    unroutableHint: "Nobody active to tell",
    manager: (name: string) => `Manager: ${name}`,
    noManager: "No manager",
    editHint: "Edit, reassign or reschedule",
    person: "Person",
    columns: { all: "All", admin: "Admin", manager: "Manager" },
    andLine: " and their line",
    fewer: "Show fewer",
    more: (amount: number) => `and ${number(amount)} more`,
    others: (people: number, amount: number) =>
      `${number(people)} more people have ${number(amount)}. Choose one above to see theirs.`,
    byLine: "By reporting line",
    byReport: "By direct report",
    byReportOf: (name: string) => `${name}: by direct report`,
  },
};
