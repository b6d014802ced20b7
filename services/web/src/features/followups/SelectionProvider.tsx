import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { BulkFilter, FollowUp } from "@/api/types";

interface Selection {
  chosen: ReadonlyMap<number, FollowUp>;
  /** All that a section holds, loaded or not; ticking or unticking any takes it back to what is loaded. */
  all: BulkFilter | null;
  setAll: (all: BulkFilter) => void;
  /** Ticks or unticks one; with `range` all from the one that was ticked before to it. */
  toggle: (followUp: FollowUp, range?: boolean) => void;
  /** Says what a list holds, in its order; gives what takes it back. */
  listed: (followUps: readonly FollowUp[]) => () => void;
  set: (followUps: readonly FollowUp[], chosen: boolean) => void;
  clear: () => void;
  /** On a phone, ticks are shown while somebody selects; elsewhere they always are. */
  selecting: boolean;
  setSelecting: (selecting: boolean) => void;
}

const Context = createContext<Selection | null>(null);

export function useSelection(): Selection {
  const selection = useContext(Context);
  if (!selection) throw new Error("useSelection needs SelectionProvider above it");
  return selection;
}

interface Props {
  /** What is listed: another list starts afresh. */
  scope?: string;
  children: ReactNode;
}

/** Which follow-ups are ticked. */
export function SelectionProvider({ scope = "", children }: Props) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, FollowUp>>(new Map());
  const [all, setAll] = useState<BulkFilter | null>(null);
  const [selecting, setSelecting] = useState(false);
  const [shown, setShown] = useState(scope);
  if (scope !== shown) {
    setShown(scope);
    setChosen(new Map());
    setAll(null);
  }

  const set = useCallback((followUps: readonly FollowUp[], wanted: boolean) => {
    setAll(null);
    setChosen((before) => {
      const next = new Map(before);
      for (const followUp of followUps) {
        if (wanted) next.set(followUp.id, followUp);
        else next.delete(followUp.id);
      }
      return next;
    });
  }, []);

  const lists = useRef(new Set<readonly FollowUp[]>());
  const listed = useCallback((followUps: readonly FollowUp[]) => {
    lists.current.add(followUps);
    return () => void lists.current.delete(followUps);
  }, []);

  const last = useRef<number>(null);
  const toggle = useCallback(
    (followUp: FollowUp, range = false) => {
      const between = range ? rangeOf(lists.current, last.current, followUp.id) : [];
      last.current = followUp.id;
      if (between.length > 0) {
        set(between, true);
        return;
      }
      setAll(null);
      setChosen((before) => {
        const next = new Map(before);
        if (!next.delete(followUp.id) && !all) next.set(followUp.id, followUp);
        return next;
      });
    },
    [set, all],
  );

  const clear = useCallback(() => {
    setChosen(new Map());
    setAll(null);
    setSelecting(false);
  }, []);
  const value = useMemo(
    () => ({ chosen, all, setAll, toggle, listed, set, clear, selecting, setSelecting }),
    [chosen, all, toggle, listed, set, clear, selecting],
  );
  return (
    <Context value={value}>
      <div style={{ display: "contents" }} data-selecting={selecting || undefined}>
        {children}
      </div>
    </Context>
  );
}

/** Lets ranges go through a list, for as long as it is drawn. */
export function useListed(followUps: readonly FollowUp[]): void {
  const { listed } = useSelection();
  useEffect(() => listed(followUps), [listed, followUps]);
}

/** What a list holds from one follow-up to another; nothing when no list holds both. */
export function rangeOf(lists: Iterable<readonly FollowUp[]>, from: number | null, to: number): FollowUp[] {
  for (const list of lists) {
    const [first, last] = [list.findIndex(({ id }) => id === from), list.findIndex(({ id }) => id === to)];
    if (first >= 0 && last >= 0) return list.slice(Math.min(first, last), Math.max(first, last) + 1);
  }
  return [];
}
