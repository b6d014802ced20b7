import { number, plural } from "@/i18n/intl";

/** Comments on follow-ups: their form, and how they are shown in a history. */
export const comments = {
  write: "Comment",
  placeholder: "Write a comment",
  hint: "@ mentions somebody who may see it. Ctrl+Enter sends it.",
  left: (amount: number) => `${plural(amount, { one: "# character is", other: "# characters are" })} left.`,
  tooLong: (amount: number, most: number) => `${number(amount)} characters too long: at most ${number(most)}.`,
  mention: "Mention somebody",
  people: "People whom you can mention",
  found: (amount: number) =>
    `${plural(amount, { one: "# person", other: "# people" })}: arrow keys choose, Enter mentions, Escape closes.`,
  nobody: "Nobody by that name may see this follow-up.",
  away: (until: string) => `away until ${until}`,
  send: "Comment",
  save: "Save",
  sent: "Commented",
  saved: "Comment changed",
  deleted: "Comment deleted",
  notDeleted: "The comment was not deleted",
  said: "{name} commented",
  edited: "edited",
  gone: "The comment was deleted.",
  goneBy: "{name} deleted the comment.",
  unknown: "somebody unknown",
  edit: "Edit your comment",
  delete: "Delete this comment",
  askDelete: "Delete this comment?",
  askDeleteText: "Its text is gone, also from what people were told of it. That there was one stays in the history.",
};
