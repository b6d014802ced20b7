import { number, plural } from "@/i18n/intl";

const followUps = (amount: number) => plural(amount, { one: "# follow-up", other: "# follow-ups" });
const series = (amount: number) => plural(amount, { one: "# series", other: "# series" });

/** Merging two leads or clients, which is loaded with their page. */
export const merging = {
  open: "Merge…",
  title: (name: string) => `Merge another one into ${name}`,
  other: "Which one is the same",
  chooseFirst: "Choose the one that goes to see both side by side.",
  stays: "Stays",
  goes: "Goes",
  kind: "Kind",
  keep: (label: string, name: string) => `${label} of ${name}`,
  counting: "Counting…",
  moves: (amount: number, open: number, repeating: number) =>
    amount + repeating === 0
      ? "Nothing is on the one that goes."
      : `${[followUps(amount) + (amount ? ` (${number(open)} open)` : ""), ...(repeating ? [series(repeating)] : [])].join(" and ")} will go over.`,
  text: "Times due and clocks stay as they are, and nobody is told. Links and imports that name the one that goes will find the one that stays.",
  run: "Merge",
  done: (gone: string, kept: string) => `Merged ${gone} into ${kept}`,
  undone: (gone: string, amount: number) => `${gone} is there again; ${followUps(amount)} went back`,
  notUndone: "Nothing was undone",
  undo: (gone: string) => `Undo the merge of ${gone}`,
  merged: (who: string, gone: string, kept: string) => `${who} merged ${gone} into ${kept}`,
  mergeUndone: (who: string, gone: string, kept: string) => `${who} undid the merge of ${gone} into ${kept}`,
  taking: (what: string) => `, and changed ${what}`,
  editUndone: (who: string, what: string) => `${who} took back the change of ${what}`,
};
