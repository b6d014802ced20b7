import {
  IconActivity,
  IconAddressBook,
  IconAlertTriangle,
  IconCalendarTime,
  IconChecklist,
  IconFileImport,
  IconInbox,
  IconMail,
  IconKey,
  IconListCheck,
  IconListNumbers,
  IconRefresh,
  IconSettings,
  IconStairsUp,
  IconTags,
  IconUsers,
  IconUsersGroup,
  IconWebhook,
  type Icon,
} from "@tabler/icons-react";

import type { Permission } from "@/api/types";
import { t } from "@/i18n";

export interface Destination {
  to: string;
  label: string;
  /** Where there is little room. */
  shortLabel?: string;
  icon: Icon;
  /** Only for people with this permission. */
  permission?: Permission;
  /** Second key of the shortcut that begins with g. */
  hotkey?: string;
}

export const WORK: readonly Destination[] = [
  { to: "/followups", label: t.shell.followUps, icon: IconChecklist, hotkey: "f" },
  {
    to: "/dashboard/escalations",
    label: t.shell.escalations,
    icon: IconAlertTriangle,
    permission: "escalations:read",
    hotkey: "e",
  },
  { to: "/team", label: t.shell.team, icon: IconUsersGroup, permission: "team:read", hotkey: "t" },
  { to: "/inbox", label: t.shell.inbox, icon: IconInbox, hotkey: "i" },
  { to: "/subjects", label: t.shell.subjects, shortLabel: t.shell.subjectsShort, icon: IconAddressBook, hotkey: "l" },
];

/** How follow-ups escalate: for everybody to read. */
export const RULES: readonly Destination[] = [
  { to: "/policies", label: t.shell.policies, icon: IconStairsUp, permission: "policies:read" },
  { to: "/sequences", label: t.shell.sequences, icon: IconListNumbers, permission: "sequences:write" },
  { to: "/calendars", label: t.shell.calendars, icon: IconCalendarTime, permission: "calendars:read" },
];

export const ADMIN: readonly Destination[] = [
  { to: "/admin/sweeps", label: t.shell.sweeps, icon: IconRefresh, permission: "sweeps" },
  { to: "/admin/people", label: t.shell.people, icon: IconUsers, permission: "users:write" },
  { to: "/admin/kinds", label: t.shell.kinds, icon: IconTags, permission: "choices:write" },
  { to: "/admin/outcomes", label: t.shell.outcomes, icon: IconListCheck, permission: "choices:write" },
  { to: "/admin/import", label: t.shell.import, icon: IconFileImport, permission: "imports" },
  { to: "/admin/notifications", label: t.shell.notifications, icon: IconMail, permission: "users:write" },
  { to: "/admin/webhooks", label: t.shell.webhooks, icon: IconWebhook, permission: "webhooks" },
  { to: "/admin/ops", label: t.shell.operations, icon: IconActivity, permission: "ops" },
];

/** Of the person themselves; in the menu of their account. */
export const SETTINGS: readonly Destination[] = [
  { to: "/settings", label: t.account.settings, icon: IconSettings },
  { to: "/settings/tokens", label: t.account.tokens, icon: IconKey },
];

export function allowed(destinations: readonly Destination[], permissions: readonly Permission[]): Destination[] {
  return destinations.filter(({ permission }) => !permission || permissions.includes(permission));
}
