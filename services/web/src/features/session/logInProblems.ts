/** What the log-in page says when a log-in through the provider did not succeed: `/login?problem=...`. */
const SENTENCES: Record<string, string> = {
  off: "Single sign-on is not set up here.",
  away: "The log-in provider does not answer. Try again in a moment.",
  elsewhere: "This log-in began in another browser or tab, or took too long. Try again.",
  cancelled: "The log-in provider did not let you in. Try again, or ask your administrator.",
  "not-valid": "What the log-in provider sent could not be verified. Try again; if it stays, tell your administrator.",
  "no-email": "The log-in provider did not tell your e-mail address. Ask your administrator.",
  unverified: "Your e-mail address is not verified at the log-in provider. Verify it there, then try again.",
  unknown: "Nobody here has your e-mail address. Ask your administrator to add you.",
  inactive: "Your account here is not active. Ask your administrator.",
  taken: "Your e-mail address belongs to another account of the log-in provider here. Ask your administrator.",
  "no-role": "The log-in provider gives you no role here. Ask your administrator.",
  "not-fresh":
    "The log-in provider did not ask you to log in again, or does not say so. Log out there, then try again.",
  "last-admin":
    "You are the last admin here, and the log-in provider gives you another role. Let another admin log in first.",
};

/** The sentence about the problem that an address names; null: it names none. */
export function problemIn(search: string): string | null {
  const name = new URLSearchParams(search).get("problem");
  return name === null ? null : (SENTENCES[name] ?? "The log-in did not succeed. Try again.");
}
