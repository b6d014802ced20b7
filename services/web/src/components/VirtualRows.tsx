import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { useOffsetTop } from "@/hooks/useOffsetTop";
import classes from "./VirtualRows.module.css";

interface Props<T> {
  label: string;
  rows: readonly T[];
  keyOf: (row: T) => number;
  height: number;
  phoneHeight: number;
  render: (row: T) => ReactNode;
}

/** Rows of one height, of which only those in sight are drawn. */
export function VirtualRows<T>({ label, rows, keyOf, height, phoneHeight, render }: Props<T>) {
  const root = useRef<HTMLUListElement>(null);
  const margin = useOffsetTop(root);
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (phone ? phoneHeight : height),
    overscan: 4,
    scrollMargin: margin,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, phone]);
  return (
    <ul ref={root} className={classes.rows} style={{ height: virtualizer.getTotalSize() }} aria-label={label}>
      {virtualizer.getVirtualItems().map(({ index, start, size }) => {
        const row = rows[index];
        return (
          row !== undefined && (
            <li key={keyOf(row)} data-index={index} style={{ height: size, transform: `translateY(${start - margin}px)` }}>
              {render(row)}
            </li>
          )
        );
      })}
    </ul>
  );
}
