import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useId, type KeyboardEvent } from "react";
import { createStore } from "@/hooks/store";

/** Those that are open, the topmost last. */
const open = createStore<readonly string[]>([]);

/**
 * A dialog that is open for as long as it is drawn. Escape closes the topmost alone, so that a question
 * above a form takes nothing typed with it; afterwards the focus is where it was before.
 */
export function Dialog({ closeOnEscape = true, ...rest }: Omit<ModalProps, "opened">) {
  const id = useId();
  const topmost = open.use().at(-1) === id;
  useEffect(() => {
    const before = document.activeElement;
    open.set([...open.get(), id]);
    return () => {
      open.set(open.get().filter((other) => other !== id));
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [id]);
  return <Modal {...rest} opened closeOnEscape={closeOnEscape && topmost} onKeyDown={saveByKey} />;
}

/** Ctrl+Enter, or Cmd+Enter, saves the form from wherever one types. */
function saveByKey(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.querySelector("form")?.requestSubmit();
}
