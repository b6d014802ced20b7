/**
 * Rows of the list on the page, whichever it is: `data-row` names one, `data-title` is its link, `data-edit`,
 * `data-complete` and `data-select` are what keys press. A page about one thing may have a `data-edit` outside of rows.
 */

const TITLE = "[data-title]";
const EDIT = "[data-edit]";
const COMPLETE = "[data-complete]";
const SELECT = "[data-select]";

const rows = () => [...document.querySelectorAll<HTMLElement>(`#content [data-row]:has(${TITLE})`)];
const rowOf = (element: Element | null) => element?.closest<HTMLElement>("#content [data-row]") ?? null;
const keyOf = (row: HTMLElement) => row.dataset.row ?? "";

/** Does what a key means for the row in focus; false where it means nothing on this page. */
export function pressOnRow(key: string): boolean {
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "e") return press(EDIT);
  if (key === "d" || key === "o") return press(COMPLETE, key === "o");
  return (key === "x" || key === "X") && Boolean(rowOf(document.activeElement)) && press(SELECT, key === "X");
}

/** The keys that do something on this page. */
export function rowKeys(): { walk: boolean; edit: boolean; complete: boolean; select: boolean } {
  const on = (selector: string) => document.querySelector(`#content ${selector}`) !== null;
  return { walk: on(`[data-row] ${TITLE}`), edit: on(EDIT), complete: on(COMPLETE), select: on(`[data-row] ${SELECT}`) };
}

function step(by: 1 | -1): boolean {
  const all = rows();
  const current = rowOf(document.activeElement);
  const next = all[current ? all.indexOf(current) + by : by > 0 ? 0 : all.length - 1];
  next?.querySelector<HTMLElement>(TITLE)?.focus();
  return all.length > 0;
}

function press(control: string, shiftKey = false): boolean {
  const row = rowOf(document.activeElement);
  const outside = () => [...document.querySelectorAll<HTMLElement>(`#content ${control}`)].find((e) => !rowOf(e));
  const found = row ? row.querySelector<HTMLElement>(control) : outside();
  found?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  return Boolean(found);
}

/** Where the focus was last in a list: that row, those after it, then those before it. */
let left: { path: string; keys: string[] } | null = null;

/**
 * Brings the focus back into the list when it is lost: to the next row when its own is gone after it was
 * completed or moved, to the same row when one comes back to the page.
 *
 * @returns what ends it
 */
export function keepFocusInList(): () => void {
  const lost = new MutationObserver(() => {
    if (document.activeElement === document.body) returnFocus();
  });
  lost.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", remember);
  document.addEventListener("pointerdown", forget);
  return () => {
    lost.disconnect();
    document.removeEventListener("focusin", remember);
    document.removeEventListener("pointerdown", forget);
  };
}

function remember({ target }: FocusEvent): void {
  const row = target instanceof Element ? rowOf(target) : null;
  if (!row) return;
  const keys = rows().map(keyOf);
  const index = keys.indexOf(keyOf(row));
  left = { path: location.pathname, keys: [...keys.slice(index), ...keys.slice(0, index).reverse()] };
}

/** Somebody who presses elsewhere on the page does not want to be led back. */
function forget({ target }: PointerEvent): void {
  const own = target instanceof Element && target.closest("[data-row], [role=dialog], [role=menu], [role=alert]");
  if (!own && left?.path === location.pathname) left = null;
}

function returnFocus(): void {
  if (left?.path !== location.pathname || document.querySelector("[role=dialog], [role=menu]")) return;
  const drawn = new Map(rows().map((row) => [keyOf(row), row]));
  const key = left.keys.find((each) => drawn.has(each));
  if (key !== undefined) drawn.get(key)?.querySelector<HTMLElement>(TITLE)?.focus({ preventScroll: true });
}
