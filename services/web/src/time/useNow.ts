import { useSyncExternalStore } from "react";
import { now } from "@/time/clock";

const TICK_MS = 15_000;

let current = now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  current = now();
  for (const listener of listeners) listener();
}

/** A laptop that wakes up shows the right words at once, not at the next tick. */
function wake(): void {
  if (document.visibilityState === "visible") tick();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    current = now();
    timer = setInterval(tick, TICK_MS);
    document.addEventListener("visibilitychange", wake);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", wake);
  };
}

/** Now, in milliseconds; all that show relative times move on together, with one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => current);
}
