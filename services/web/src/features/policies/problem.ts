import { Problem } from "@/api/problem";
import { words } from "@/i18n/policies";

const PLACE = /^(steps|conditions\.(?:all|any))\.(\d+)[\w.]*/;

/** What the API says about a policy, with its places as the page calls them: "Step 2: ..." in place of "steps.1: ...". */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Problem) || !error.errors.some(({ field }) => PLACE.test(field))) return error;
  const errors = error.errors.map((one) => ({ ...one, message: placed(one.message) }));
  return new Problem(error.status, error.title, placed(error.detail), errors, error.current, error.type);
}

function placed(message: string): string {
  return message.replace(PLACE, (_, part: string, index: string) =>
    part === "steps" ? words.stepNumber(Number(index) + 1) : words.conditionNumber(Number(index) + 1),
  );
}
