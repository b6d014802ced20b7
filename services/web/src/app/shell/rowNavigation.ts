/**
 * Rows of the list on the page, whichever it is: `data-row` names one, `data-title` is its link, `data-edit`,
 * `data-complete` and `data-select` are what keys press. A page about one thing may have a `data-edit` and so on
 * outside of rows, and names its follow-up with `data-follow-up`. The bar of what is selected has a button a verb
 * (`data-bulk`): while more is selected than the row in focus, keys mean all of it.
 */

const TITLE = "[data-title]";
const EDIT = "[data-edit]";
const COMPLETE = "[data-complete]";
const SELECT = "[data-select]";
const ROW = /^follow-up-(\d+)$/;

/** What a key does with all that is selected. */
const BULK: Record<string, string> = {
  d: "complete", o: "outcome", e: "edit", r: "reschedule", R: "reschedule", a: "reassign", i: "acknowledge", h: "snooze", w: "wait",
};

/** What keys ask for of one follow-up that has no control of its own on the page. */
export type Verb = "reschedule" | "rescheduleTyped" | "reassign" | "acknowledge" | "snooze" | "wait";
const VERBS: Record<string, Verb> = {
  r: "reschedule", R: "rescheduleTyped", a: "reassign", i: "acknowledge", h: "snooze", w: "wait",
};

const rows = () => [...document.querySelectorAll<HTMLElement>(`#content [data-row]:has(${TITLE})`)];
const rowOf = (element: Element | null) => element?.closest<HTMLElement>("#content [data-row]") ?? null;
const rowInFocus = () => rowOf(document.activeElement);
const keyOf = (row: HTMLElement) => row.dataset.row ?? "";

/**
 * Does what a key means for the row in focus, or for all that is selected; false where it means nothing here.
 *
 * @param ask does what no control of the page does
 */
export function pressOnRow({ key, shiftKey }: KeyboardEvent, ask: (verb: Verb, followUpId: number) => void): boolean {
  if (key === "j" || (key === "ArrowDown" && !shiftKey && rowInFocus())) return step(1);
  if (key === "k" || (key === "ArrowUp" && !shiftKey && rowInFocus())) return step(-1);
  if (key === "J" || (key === "ArrowDown" && shiftKey)) return extend(1);
  if (key === "K" || (key === "ArrowUp" && shiftKey)) return extend(-1);
  if (key === "x" || key === "X") return rowInFocus() ? press(SELECT, key === "X") : showFirst(key);
  return pressOnBar(key) || act(key, ask) || showFirst(key);
}

function act(key: string, ask: (verb: Verb, followUpId: number) => void): boolean {
  if (key === "e") return press(EDIT);
  if (key === "d") return complete();
  if (key === "o") return press(COMPLETE, true);
  return askFor(VERBS[key], ask);
}

/** Boxes that were pressed by a key: their rows are about to go. */
const pressed = new WeakSet<Element>();

/** Completes the row in focus and goes on at once: the next press means the next row, while this one still goes. */
function complete(): boolean {
  const box = rowInFocus()?.querySelector<HTMLElement>(COMPLETE);
  if (!box || box.dataset.complete === "asks") return press(COMPLETE);
  if (!pressed.has(box)) press(COMPLETE);
  pressed.add(box);
  return step(1);
}

/** No row has the focus yet: a key that is for one shows where it would act, and acts when it is pressed again. */
function showFirst(key: string): boolean {
  const meant = /^[xX]$/.test(key) || key in BULK;
  return meant && !rowInFocus() && document.querySelector(`#content [data-row] ${COMPLETE}`) !== null && step(1);
}

/** The follow-up in focus: that of a row, or the one that the page is about. */
export function followUpInFocus(): number | null {
  const row = rowInFocus();
  const id = row ? ROW.exec(keyOf(row))?.[1] : document.querySelector<HTMLElement>("#content [data-follow-up]")?.dataset.followUp;
  return id ? Number(id) : null;
}

/** What the palette's actions are about: what is selected, as keys mean it, and the follow-up in focus. */
export function paletteContext(): { followUpId: number | null; selected: HTMLElement[] } {
  const selected = [...document.querySelectorAll<HTMLElement>("#content [data-bulk]")];
  return { followUpId: followUpInFocus(), selected: selected.filter((button) => !onlyInFocus(button)) };
}

/** The keys that do something on this page. */
export function rowKeys() {
  const on = (selector: string) => document.querySelector(`#content ${selector}`) !== null;
  const followUps = on("[data-row^=follow-up] [data-complete]") || on("[data-follow-up] [data-complete]") || on("[data-row] [draggable=true]");
  return {
    walk: on(`[data-row] ${TITLE}`),
    edit: on(EDIT),
    complete: on(COMPLETE),
    move: followUps,
    carry: on("[data-row] [draggable=true]"),
    select: on(`[data-row] ${SELECT}`),
    selected: on("[data-bulk]"),
  };
}

function askFor(verb: Verb | undefined, ask: (verb: Verb, followUpId: number) => void): boolean {
  const id = followUpInFocus();
  if (!verb || id === null) return false;
  ask(verb, id);
  return true;
}

/** Presses the button of the bar, unless nothing else is selected than the row in focus. */
function pressOnBar(key: string): boolean {
  const name = BULK[key];
  const button = name === undefined ? null : document.querySelector<HTMLElement>(`#content [data-bulk="${name}"]`);
  if (!button || onlyInFocus(button)) return false;
  button.click();
  return true;
}

function onlyInFocus(button: HTMLElement): boolean {
  const bar = button.closest<HTMLElement>("[data-count]");
  return bar?.dataset.count === "1" && rowInFocus()?.dataset.ticked !== undefined;
}

function step(by: 1 | -1): boolean {
  const all = rows();
  const current = rowInFocus();
  const next = all[current ? all.indexOf(current) + by : by > 0 ? 0 : all.length - 1];
  next?.querySelector<HTMLElement>(TITLE)?.focus();
  return all.length > 0;
}

/** Selects the row in focus and the next, and goes there. */
function extend(by: 1 | -1): boolean {
  if (!rowInFocus()?.querySelector(SELECT)) return false;
  tick(rowInFocus());
  step(by);
  tick(rowInFocus());
  return true;
}

function tick(row: HTMLElement | null): void {
  if (row && row.dataset.ticked === undefined) row.querySelector<HTMLElement>(SELECT)?.click();
}

function press(control: string, shiftKey = false): boolean {
  const row = rowInFocus();
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
