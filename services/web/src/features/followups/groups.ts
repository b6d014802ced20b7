import type { Group } from "@/features/followups/filters";
import type { GroupOf } from "@/features/followups/sections";
import { dayNumber } from "@/time/format";

/** What a list is grouped by; null: nothing. @param zone whose days count */
export function groupedBy(group: Group | "", zone: string): GroupOf | null {
  switch (group) {
    case "":
      return null;
    case "assignee":
      return ({ assignee_id: id }) => id;
    case "subject":
      return ({ subject }) => subject?.id ?? 0;
    case "day":
      return ({ due_at: due }) => dayNumber(due, zone);
    case "kind":
      return ({ kind }) => kind;
    case "priority":
      return ({ priority }) => priority;
  }
}
