const AFTER_MS = 2_000;

/**
 * Run something once the browser has nothing better to do; after a while where it cannot tell (Safari).
 *
 * @returns ends the wait
 */
export function whenIdle(run: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(run, AFTER_MS);
    return () => clearTimeout(timer);
  }
  const waiting = requestIdleCallback(run);
  return () => cancelIdleCallback(waiting);
}
