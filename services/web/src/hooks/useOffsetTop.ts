import { useLayoutEffect, useState, type RefObject } from "react";

/** Where an element begins on the page, kept current while what is above it changes. */
export function useOffsetTop(root: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (root.current) setTop(Math.round(root.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [root]);
  return top;
}
