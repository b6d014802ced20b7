import { useEffect } from "react";
import { openConfirmDialog } from "@/components/confirm";
import { t } from "@/i18n";

const unsaved = new Set<object>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Have the browser ask before it leaves or reloads the page while something is typed and not saved. */
export function setUnsaved(what: object, changed: boolean): void {
  if (changed) unsaved.add(what);
  else unsaved.delete(what);
  if (unsaved.size > 0) window.addEventListener("beforeunload", warn);
  else window.removeEventListener("beforeunload", warn);
}

/** Open another page without asking: nothing of the person who was here may stay in memory. */
export function leaveFor(address: string): void {
  unsaved.clear();
  window.removeEventListener("beforeunload", warn);
  location.assign(address);
}

/**
 * For a form that keeps nothing when it is closed: asks before what was typed is lost, by a reload as well.
 *
 * @returns closes it, if that is what is meant
 */
export function useUnsavedChanges(changed: boolean, close: () => void): () => void {
  useEffect(() => {
    const form = {};
    setUnsaved(form, changed);
    return () => setUnsaved(form, false);
  }, [changed]);
  return () => {
    if (!changed) close();
    else
      openConfirmDialog({
        title: t.unsaved.title,
        text: t.unsaved.text,
        confirmLabel: t.unsaved.leave,
        cancelLabel: t.common.keepEditing,
        onConfirm: close,
      });
  };
}
