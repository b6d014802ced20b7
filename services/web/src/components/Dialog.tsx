import { FocusTrap, Modal, type ModalProps } from "@mantine/core";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { createStore } from "@/hooks/store";

/** Those that are open, the topmost last. */
const open = createStore<readonly string[]>([]);

/**
 * A dialog that is open for as long as it is drawn. Escape closes the topmost alone, so that a question
 * above a form takes nothing typed with it; afterwards the focus is where it was before. What is to have the focus
 * first may come later than the dialog: until then nothing has it, least of all what closes the dialog on Enter.
 */
export function Dialog({ closeOnEscape = true, children, ...rest }: Omit<ModalProps, "opened">) {
  const id = useId();
  const nothing = useRef<HTMLSpanElement>(null);
  const topmost = open.use().at(-1) === id;
  useEffect(() => {
    const before = document.activeElement;
    open.set([...open.get(), id]);
    return () => {
      open.set(open.get().filter((other) => other !== id));
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [id]);
  useEffect(() => {
    if (nothing.current && document.activeElement === nothing.current) first(nothing.current)?.focus();
  });
  return (
    <Modal {...rest} opened closeOnEscape={closeOnEscape && topmost} onKeyDown={saveByKey}>
      {children}
      <FocusTrap.InitialFocus ref={nothing} />
    </Modal>
  );
}

/** What is to have the focus first in the dialog of an element, other than that. */
function first(nothing: HTMLElement): HTMLElement | undefined {
  const wanted = nothing.closest("[role=dialog]")?.querySelectorAll<HTMLElement>("[data-autofocus]") ?? [];
  return Array.from(wanted).find((element) => element !== nothing);
}

/** Ctrl+Enter, or Cmd+Enter, saves the form from wherever one types. */
function saveByKey(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.querySelector("form")?.requestSubmit();
}
