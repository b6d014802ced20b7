import { useEffect, useId } from "react";
import { createStore } from "@/hooks/store";

/** What Escape closes and is open, the topmost last. */
const open = createStore<readonly string[]>([]);

/** Whether something that Escape closes is above all others that are open: those stay. */
export function useTopmost(opened = true): boolean {
  const id = useId();
  useEffect(() => {
    if (!opened) return;
    open.set([...open.get(), id]);
    return () => open.set(open.get().filter((other) => other !== id));
  }, [id, opened]);
  return open.use().at(-1) === id;
}
