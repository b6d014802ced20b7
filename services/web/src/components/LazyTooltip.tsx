import { Tooltip } from "@mantine/core";
import { useRef, useState, type ReactNode, type RefObject } from "react";

const DELAY_MS = 350;

interface Props<E extends HTMLElement> {
  label: ReactNode;
  multiline?: boolean;
  /** Draws what the hint belongs to, with these on it. */
  children: (props: { ref: RefObject<E | null>; onMouseEnter: () => void; onMouseLeave: () => void }) => ReactNode;
}

/** A tooltip that costs nothing until somebody points: a long list has hundreds of them. */
export function LazyTooltip<E extends HTMLElement>({ label, multiline = false, children }: Props<E>) {
  const ref = useRef<E>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [shown, setShown] = useState(false);

  function onMouseEnter() {
    timer.current = setTimeout(() => setShown(true), DELAY_MS);
  }

  function onMouseLeave() {
    clearTimeout(timer.current);
    setShown(false);
  }

  return (
    <>
      {children({ ref, onMouseEnter, onMouseLeave })}
      {shown && <Tooltip opened target={ref} label={label} multiline={multiline} maw={multiline ? 260 : undefined} />}
    </>
  );
}
