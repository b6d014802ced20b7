/** The address that calls a number as people write it: `+49 (0)30 123-45 ext. 6` is `tel:+493012345;ext=6`. */
export function telOf(phone: string): string {
  const [number = "", extension = ""] = phone.split(/\s*(?:;ext=|extension|ext\.?|x|#)\s*/i);
  const international = number.startsWith("+") ? number.replace("(0)", "") : number;
  const digits = international.replace(/[^+\d]/g, "");
  return `tel:${digits}${extension && `;ext=${extension}`}`;
}

/** The address that writes a mail: what it may have in it ends the address of nothing else. */
export function mailtoOf(email: string): string {
  return `mailto:${encodeURIComponent(email).replace("%40", "@")}`;
}
