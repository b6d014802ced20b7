import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import type { FollowUp } from "@/api/types";

interface Selection {
  chosen: ReadonlyMap<number, FollowUp>;
  toggle: (followUp: FollowUp) => void;
  set: (followUps: readonly FollowUp[], chosen: boolean) => void;
  clear: () => void;
}

const Context = createContext<Selection | null>(null);

export function useSelection(): Selection {
  const selection = useContext(Context);
  if (!selection) throw new Error("useSelection needs SelectionProvider above it");
  return selection;
}

/** Which follow-ups are ticked; a new filter (its key) starts afresh. */
export function SelectionProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, FollowUp>>(new Map());

  const set = useCallback((followUps: readonly FollowUp[], wanted: boolean) => {
    setChosen((before) => {
      const next = new Map(before);
      for (const followUp of followUps) {
        if (wanted) next.set(followUp.id, followUp);
        else next.delete(followUp.id);
      }
      return next;
    });
  }, []);

  const toggle = useCallback((followUp: FollowUp) => {
    setChosen((before) => {
      const next = new Map(before);
      if (!next.delete(followUp.id)) next.set(followUp.id, followUp);
      return next;
    });
  }, []);

  const clear = useCallback(() => setChosen(new Map()), []);
  const value = useMemo(() => ({ chosen, toggle, set, clear }), [chosen, toggle, set, clear]);
  return <Context value={value}>{children}</Context>;
}
