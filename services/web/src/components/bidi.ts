const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Without the characters that change the direction of the text after them: old rows may have some. */
export function withoutBidiControls(text: string): string {
  return text.replace(TURNING, "");
}

/** Somebody's words in a sentence that is one text; where there are elements, `UserText` does the same. */
export function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${withoutBidiControls(text)}\u2069` : withoutBidiControls(text);
}
