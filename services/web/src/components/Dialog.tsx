import { FocusTrap, Modal, type ModalProps } from "@mantine/core";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTopmost } from "@/hooks/topmost";

/**
 * A dialog that is open for as long as it is drawn. Escape closes the topmost alone, so that a question
 * above a form takes nothing typed with it; afterwards the focus is where it was before. What is to have the focus
 * first may come later than the dialog: until then nothing has it, least of all what closes the dialog on Enter.
 */
export function Dialog({ closeOnEscape = true, children, ...rest }: Omit<ModalProps, "opened">) {
  const nothing = useRef<HTMLSpanElement>(null);
  const topmost = useTopmost();
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
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
