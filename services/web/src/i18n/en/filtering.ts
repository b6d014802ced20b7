/** The fields by which a list of follow-ups is narrowed and ordered, which are loaded when they are needed. */
export const filtering = {
  due: "Due",
  dueIn: { this_week: "This week", next_week: "Next week", this_month: "This month", next_month: "Next month" },
  dueFrom: "Due from",
  dueTo: "Due to",
  swapped: "It lies before the first day: swap the two.",
  about: "About",
  abouts: { nobody: "Nobody", somebody: "A lead or client" },
  severity: "At least as grave as",
  severities: { overdue: "Overdue", escalated: "Escalated", breach: "SLA breach" },
  moved: "Moved at least",
  movedTimes: { "1": "Once", "2": "Twice", "3": "3 times", "5": "5 times", "10": "10 times" },
  sort: "Sort by",
  group: "Group by",
  usual: "Most overdue first",
  ungrouped: "Nothing",
  inGroups: "Within a group: most overdue first.",
};
