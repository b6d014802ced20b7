export const completing = {
  log: {
    open: "Log a call or a note",
    title: "Log a call or a note",
    about: "About which follow-up",
    kind: "What was done",
    onlyNote: "Only a note",
    save: "Log",
    saved: "It is in the history",
    story: "History",
    nothing: "Nothing has happened yet.",
  },

  completing: {
    open: "Complete with outcome",
    presets: {
      tomorrow: "Tomorrow",
      monday: "Monday",
      in_3_working_days: "In 3 working days",
      in_a_week: "In a week",
      in_a_month: "In a month",
    },
    plannedNext: (what: string, time: string) => `Completed ${what}, next ${time}`,
  },
};
