/** The dialogs in which people complete one follow-up or many, which are loaded when they are needed. */
export const closing = {
  title: (title: string) => `Complete “${title}”`,
  outcome: "What came of it",
  note: "Note",
  noteExample: "For the history of it, and of its lead or client",
  noteNeeded: "Its policy asks for a note: say what came of it, and why it took so long.",
  next: "What comes next",
  nextOfEach: "What comes next of each",
  whenEach: "When each comes again",
  nothing: "Nothing",
  another: "Another time",
  when: "When the next one is due",
  nextTitle: "The next follow-up",
};
