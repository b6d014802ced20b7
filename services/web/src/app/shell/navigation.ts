import {
  IconActivity,
  IconAddressBook,
  IconAlertTriangle,
  IconChecklist,
  IconFileImport,
  IconInbox,
  IconRefresh,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";

import type { Permission } from "@/api/types";

export interface Destination {
  to: string;
  label: string;
  icon: Icon;
  /** Only for people with this permission. */
  permission?: Permission;
  /** Second key of the shortcut that begins with g. */
  hotkey?: string;
}

export const WORK: readonly Destination[] = [
  { to: "/followups", label: "Follow-ups", icon: IconChecklist, hotkey: "f" },
  {
    to: "/dashboard/escalations",
    label: "Escalations",
    icon: IconAlertTriangle,
    permission: "escalations:read",
    hotkey: "e",
  },
  { to: "/inbox", label: "Inbox", icon: IconInbox, hotkey: "i" },
  { to: "/subjects", label: "Leads & clients", icon: IconAddressBook, hotkey: "l" },
];

export const ADMIN: readonly Destination[] = [
  { to: "/admin/sweeps", label: "Sweeps", icon: IconRefresh, permission: "sweeps" },
  { to: "/admin/people", label: "People", icon: IconUsers, permission: "users:write" },
  { to: "/admin/import", label: "Import", icon: IconFileImport, permission: "imports" },
  { to: "/admin/ops", label: "Operations", icon: IconActivity, permission: "ops" },
];

export function allowed(destinations: readonly Destination[], permissions: readonly Permission[]): Destination[] {
  return destinations.filter(({ permission }) => !permission || permissions.includes(permission));
}
