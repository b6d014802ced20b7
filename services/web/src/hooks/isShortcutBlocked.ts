const TYPED_IN = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const OPEN = "[role=dialog], [role=menu]";

/** Whether a key is part of a text, or meant for a question above the dialog that is asked about. */
export function isShortcutTyped(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  return Boolean(target?.closest(TYPED_IN)) || document.querySelectorAll("[role=dialog]").length > 1;
}

/** Whether a key means text here, belongs to an open dialog or menu, or was pressed together with another. */
export function isShortcutBlocked(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  return Boolean(target?.closest(TYPED_IN) ?? document.querySelector(OPEN));
}
