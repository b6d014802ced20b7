import { useQueryClient } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { useMe } from "@/api/session";
import type { FollowUp } from "@/api/types";
import { isolate } from "@/components/bidi";
import { dayName, dayOf, movedTo, plusDays } from "@/features/followups/calendarDays";
import { moveOnCalendars } from "@/features/followups/calendarQuery";
import { openMove } from "@/features/followups/rescheduling";
import { useMove } from "@/features/followups/useMove";
import { words } from "@/i18n/planner";

/** What is carried to another day. */
export interface Carried {
  followUp: FollowUp;
  /** The day that keys have chosen; null: the pointer carries it. */
  to: string | null;
}

/** What carries follow-ups between days. */
export type Carrying = Omit<ReturnType<typeof useCarried>, "said">;

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** Carries follow-ups between days, by keys or by the pointer. @param days that are shown, one after another */
export function useCarried(days: readonly string[]) {
  const { time_zone: zone } = useMe();
  const cache = useQueryClient();
  const { move } = useMove();
  const [carried, carry] = useState<Carried | null>(null);
  const [said, say] = useState("");

  function leave({ title }: FollowUp) {
    carry(null);
    say(words.left(isolate(title)));
  }

  function drop(followUp: FollowUp, day: string) {
    const dueAt = movedTo(followUp.due_at, day, zone);
    if (dueAt === null) {
      leave(followUp);
      return;
    }
    carry(null);
    say("");
    if (followUp.escalated) openMove({ followUp, dueAt });
    else move(followUp, dueAt, moveOnCalendars(cache, followUp, dueAt, zone));
  }

  function choose(followUp: FollowUp, day: string) {
    if (!days.includes(day)) {
      say(words.edge);
      return;
    }
    carry({ followUp, to: day });
    say(words.over(dayName(day)));
    document.querySelector(`[data-day="${day}"]`)?.scrollIntoView({ block: "nearest" });
  }

  /** @returns whether the key meant something */
  function press(key: string, followUp: FollowUp): boolean {
    const to = carried?.followUp.id === followUp.id ? carried.to : null;
    const step = STEPS[key];
    if (to === null) {
      if (key !== " ") return false;
      const day = dayOf(followUp.due_at, zone);
      carry({ followUp, to: day });
      say(words.picked(isolate(followUp.title), dayName(day)));
    } else if (step !== undefined) choose(followUp, plusDays(to, step));
    else if (key === "Enter" || key === " ") drop(followUp, to);
    else if (key === "Escape") leave(followUp);
    else return false;
    return true;
  }

  function pressed(event: KeyboardEvent, followUp: FollowUp) {
    if (event.ctrlKey || event.metaKey || event.altKey || !press(event.key, followUp)) return;
    event.preventDefault();
    event.stopPropagation(); // arrows go through the rows otherwise
  }

  /** The focus went elsewhere. */
  function blurred(followUp: FollowUp) {
    if (carried?.to != null && carried.followUp.id === followUp.id) leave(followUp);
  }

  return { carried, carry, drop, pressed, blurred, said };
}
