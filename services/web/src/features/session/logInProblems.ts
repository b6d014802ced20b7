import { t } from "@/i18n";

const SENTENCES: Readonly<Record<string, string>> = t.logInProblems;

/** The sentence about the problem that an address names (`/login?problem=...`); null: it names none. */
export function problemIn(search: string): string | null {
  const name = new URLSearchParams(search).get("problem");
  return name === null ? null : (SENTENCES[name] ?? t.logIn.failed);
}
