import { Loader } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { afterPaint } from "@/hooks/afterPaint";
import { t } from "@/i18n";
import { whenIdle } from "@/hooks/whenIdle";
import classes from "./later.module.css";

type Part<Props> = (props: Props) => ReactNode;

/** Parts of the page that are not asked for yet. */
const waiting = new Set<() => void>();
let begun = false;

/** Loads all parts that may be asked for, once the browser has nothing better to do. @returns ends the wait */
export function loadAhead(): () => void {
  return whenIdle(() => {
    begun = true;
    for (const load of waiting) load();
    waiting.clear();
  });
}

/**
 * A part of the page that is loaded ahead, when nothing else is to do: a dialog as a rule. Then it is drawn at once;
 * what React's `lazy` suspends is held back for 300 ms, also when it is there.
 *
 * @param sign what is shown while it still loads
 * @param slow whether the sign is shown for a moment the first time in any case: what is large takes long to draw
 *   when the browser does it first. What is typed meanwhile has to be kept.
 */
export function later<Props extends object>(load: () => Promise<{ default: Part<Props> }>, sign: ReactNode = <Coming />, slow = false): Part<Props> {
  let Loaded: Part<Props> | undefined;
  let first = slow;
  const loading = async () => {
    Loaded ??= (await load()).default;
  };
  const ahead = () => void loading().catch(() => undefined); // it is asked for again when it is wanted
  if (begun) whenIdle(ahead);
  else waiting.add(ahead);
  return function Later(props: Props) {
    const [ready, setReady] = useState(Loaded !== undefined && !first);
    const [failure, setFailure] = useState<{ error: unknown } | null>(null);
    useEffect(() => {
      let drawn = true;
      function show() {
        first = false;
        if (drawn) setReady(true);
      }
      loading().then(
        () => (first ? afterPaint(show) : show()),
        (error: unknown) => drawn && setFailure({ error }),
      );
      return () => {
        drawn = false;
      };
    }, []);
    if (failure) throw failure.error;
    return ready && Loaded ? <Loaded {...props} /> : sign;
  };
}

/** For dialogs that take long to draw. */
export function laterDialog<Props extends object>(load: () => Promise<{ default: Part<Props> }>): Part<Props> {
  return later(load, <Coming />, true);
}

/** In the middle of the page, unless it is gone again before it is seen. */
function Coming() {
  return (
    <div className={classes.coming} role="status" aria-label={t.common.loading}>
      <Loader />
    </div>
  );
}
