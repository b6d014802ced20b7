import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { expect, it } from "vitest";

/** Without what needs types, which would have all of the page checked for them: neither layers nor sentences do. */
const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });

/** The rules that a file's text breaks, were it this. */
async function broken(filePath: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId).filter((rule) => rule?.startsWith("no-restricted"));
}

const IMPORTS = "no-restricted-imports";

it.each([
  ["shared code imports a feature", "src/components/Logo.tsx", 'export { viewOf } from "@/features/followups";', [IMPORTS]],
  ["shared code imports the app", "src/hooks/store.ts", 'import "@/app/theme";', [IMPORTS]],
  ["shared code loads a feature later", "src/components/Logo.tsx", 'void import("@/features/followups");', ["no-restricted-syntax"]],
  ["a feature imports the insides of another", "src/features/ops/scale.ts", 'import "@/features/people/tree";', [IMPORTS]],
  ["a feature imports types of the insides of another", "src/features/ops/scale.ts", 'import type { TreeRow } from "@/features/people/tree"; export type A = TreeRow;', [IMPORTS]],
  ["a feature imports the app", "src/features/ops/scale.ts", 'import "@/app/router";', [IMPORTS]],
  ["a feature goes round by a relative path", "src/features/ops/scale.ts", 'import "../people/tree";', [IMPORTS]],
  ["the app imports the insides of a feature", "src/app/theme.ts", 'import "@/features/people/tree";', [IMPORTS]],
  ["a feature imports what another exports", "src/features/ops/scale.ts", 'import "@/features/people";', []],
  ["a feature imports its own insides", "src/features/ops/scale.ts", 'import "@/features/ops/history";', []],
  ["the app loads a page of a feature later", "src/app/theme.ts", 'void import("@/features/people/PeoplePage");', []],
])("%s: %s", { timeout: 60_000 }, async (_, file, text, rules) => {
  expect(await broken(file, text)).toEqual(rules);
});

it.each([
  ["in an element", "export const A = () => <p>Nothing was found.</p>;"],
  ["in an attribute", 'export const A = () => <p title="Nothing was found">1</p>;'],
  ["in a table of labels", 'export const NAMES = { open: "Open" };'],
  ["of small letters", 'export const HINT = "tried again soon";'],
  ["with a value in it", "export const count = (n: number) => `Show ${n} more`;"],
  ["chosen by a condition", 'export const A = ({ b }: { b: boolean }) => <p>{b ? "Yes" : "No"}</p>;'],
])("a sentence outside of the catalogue is refused: %s", { timeout: 60_000 }, async (_, text) => {
  expect(await broken("src/components/Logo.tsx", text)).toContain("no-restricted-syntax");
});

it("what nobody reads is no sentence", { timeout: 60_000 }, async () => {
  const text = 'export const A = () => <a className="quiet small" rel="noopener noreferrer" href="/x">{"Enter" === "Escape"}</a>;';
  expect(await broken("src/components/Logo.tsx", text)).toEqual([]);
});
