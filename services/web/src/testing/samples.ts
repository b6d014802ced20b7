import type { FollowUp, Me, Notification, Page, User } from "@/api/types";
import type { Pages } from "@/features/followups/cache";

export function followUp(id: number, changes: Partial<FollowUp> = {}): FollowUp {
  return {
    id,
    external_id: null,
    title: `Call ${id}`,
    notes: "",
    due_at: "2026-03-02T09:00:00Z",
    status: "open",
    completed_at: null,
    assignee_id: 3,
    assignee: { id: 3, name: "Amir Patel", email: "amir@example.com", active: true },
    subject: null,
    kind: "task",
    priority: "normal",
    tags: [],
    value: null,
    outcome: null,
    hours_overdue: 0,
    working_overdue: null,
    level: 0,
    level_label: null,
    severity: null,
    sla_breach: false,
    escalated: false,
    note_required: false,
    next_step_at: null,
    holds: [],
    waiting_until: null,
    snoozed: 0,
    acknowledged_by: null,
    moved: 0,
    first_due_at: "2026-03-02T09:00:00Z",
    series_id: null,
    may_change: true,
    version: 1,
    etag: `"1-${id}"`,
    created_at: "2026-02-01T09:00:00Z",
    updated_at: "2026-02-01T09:00:00Z",
    ...changes,
  };
}

export function pagesOf(pages: FollowUp[][], more = false): Pages {
  const last = pages.length - 1;
  return {
    pageParams: pages.map((_, index) => String(index)),
    pages: pages.map(
      (items, index): Page<FollowUp> => ({ items, next_cursor: index < last || more ? String(index + 1) : null }),
    ),
  };
}

export function idsOf(pages: Pages | undefined): number[] {
  return (pages?.pages ?? []).flatMap(({ items }) => items.map(({ id }) => id));
}

export function person(id: number, manager: number | null, name = `Person ${id}`): User {
  return {
    id,
    name,
    email: `${id}@example.com`,
    role: "employee",
    manager_id: manager,
    active: true,
    time_zone: "UTC",
    calendar_id: null,
    reports: 0,
    is_person: true,
    version: 1,
    etag: `"1-${id}"`,
  };
}

export function notification(id: number): Notification {
  return {
    id,
    kind: "escalation",
    created_at: "2026-03-02T09:00:00Z",
    read_at: null,
    follow_up: { id, in_sight: true, title: `Call ${id}`, status: "open", subject: null },
    message: `Call ${id} is due now`,
    label: "employee",
    sla_breach: false,
    follow_ups: [],
    in_lists: false,
    why: {
      policy: "standard",
      policy_version: 1,
      step: 1,
      label: "employee",
      hours_overdue: 0,
      audience: "assignee",
      fallback: null,
      text: "You are the assignee.",
    },
    deliveries: [],
  };
}

export function me(changes: Partial<Me> = {}): Me {
  const { id, name, email, manager_id, active, time_zone } = person(1, null);
  const times = { clock: "24h", date_order: "day-month", week_start: "monday" } as const;
  return { id, name, email, manager_id, active, time_zone, ...times, role: "manager", permissions: [], ...changes };
}
