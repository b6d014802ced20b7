import { useCallback } from "react";
import { useSearchParams } from "react-router";

type Change = Record<string, string | undefined>;

/**
 * What a page shows, as parameters of its address (`?q=acme`): a reload and "back" keep it, and a link
 * shows it to others. The second changes some of them; an empty one leaves the address.
 */
export function useParameters(): [URLSearchParams, (change: Change) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (next: Change) => {
      setParameters(
        () => {
          // From the address bar: two changes within one rendering must both count.
          const current = new URLSearchParams(window.location.search);
          for (const [name, value] of Object.entries(next)) {
            if (value) current.set(name, value);
            else if (value !== undefined) current.delete(name);
          }
          return current;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return [parameters, change];
}
