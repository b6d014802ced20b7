import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import type { FollowUp } from "@/api/types";

interface Selection {
  chosen: ReadonlyMap<number, FollowUp>;
  toggle: (followUp: FollowUp) => void;
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
  const [selecting, setSelecting] = useState(false);
  const [shown, setShown] = useState(scope);
  if (scope !== shown) {
    setShown(scope);
    setChosen(new Map());
  }

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

  const clear = useCallback(() => {
    setChosen(new Map());
    setSelecting(false);
  }, []);
  const value = useMemo(
    () => ({ chosen, toggle, set, clear, selecting, setSelecting }),
    [chosen, toggle, set, clear, selecting],
  );
  return (
    <Context value={value}>
      <div style={{ display: "contents" }} data-selecting={selecting || undefined}>
        {children}
      </div>
    </Context>
  );
}
