/** The palette: what finds anything and does anything. */
export const palette = {
  title: "Find or do anything",
  label: "Search people, leads and clients, follow-ups, pages and actions",
  placeholder: "Acme, inbox, complete…",
  results: "Results",
  groups: {
    actions: "Actions",
    pages: "Pages",
    subjects: "Leads & clients",
    followUps: "Follow-ups",
    people: "People",
  },
  searching: "Searching…",
  nothing: "Nothing found: try fewer or other letters.",
  undo: "Take back your last change",
  edit: (title: string) => `Edit ${title}`,
  outcome: (title: string) => `Complete ${title} with an outcome`,
  reschedule: (title: string) => `Reschedule ${title}`,
  reassign: (title: string) => `Reassign ${title}`,
  selected: (action: string) => `${action} all selected`,
};
