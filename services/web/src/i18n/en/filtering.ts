/** The fields by which a list of follow-ups is narrowed and ordered, which are loaded when they are needed. */
export const filtering = {
  due: "Due",
  dueIn: { this_week: "This week", next_week: "Next week", this_month: "This month", next_month: "Next month" },
  dueFrom: "Due from",
  dueTo: "Due to",
  swapped: "It lies before the first day: swap the two.",
  about: "About",
  abouts: { nobody: "Nobody", somebody: "A lead or client" },
  severity: "Severity",
  severities: { overdue: "Overdue or graver", escalated: "Escalated or graver", breach: "SLA breach" },
  moved: "Moved",
  movedTimes: { "1": "Once or more", "2": "Twice or more", "3": "3 times or more", "5": "5 times or more", "10": "10 times or more" },
  sort: "Sort by",
  group: "Group by",
  usual: "Most overdue first",
  ungrouped: "Nothing",
  inGroups: "Within a group: most overdue first.",
};
