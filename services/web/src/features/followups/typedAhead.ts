/** What is typed between asking for a form and its first field having the focus: it loads and is drawn meanwhile. */

let typed: string | null = null;
let entered = false;

function keep(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || typed === null) return;
  if (event.key.length === 1) typed += event.key;
  else if (event.key === "Backspace") typed = typed.slice(0, -1);
  else if (event.key !== "Enter") return;
  entered = event.key === "Enter";
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** From now on what is typed is kept, and acts nowhere else. */
export function keepTyping(): void {
  typed = "";
  entered = false;
  window.addEventListener("keydown", keep, true);
}

/** What was typed since; it goes where the focus is from now on. */
export function takeTyped(): string {
  window.removeEventListener("keydown", keep, true);
  const text = typed ?? "";
  typed = null;
  return text;
}

/** Whether what was taken last ended with Enter; asked once. */
export function takeEnter(): boolean {
  const was = entered;
  entered = false;
  return was;
}
