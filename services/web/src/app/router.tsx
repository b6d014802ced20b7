import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { PageSkeleton } from "@/components/PageSkeleton";
import { NotFoundPage } from "@/components/NotFoundPage";
import { LoginPage, RequirePermission, RequireSession } from "@/features/session";
import { RouteFailure } from "@/app/RouteFailure";
import { Shell } from "@/app/shell/Shell";

/** Pages load when they are first opened; each module exports its page as `Component`. */
const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/followups" replace /> },
  { path: "followups", lazy: () => import("@/features/followups/FollowUpsPage") },
  {
    element: <RequirePermission name="follow-ups:delete" />,
    children: [{ path: "followups/deleted", lazy: () => import("@/features/followups/DeletedPage") }],
  },
  { path: "followups/:id", lazy: () => import("@/features/followups/FollowUpPage") },
  { path: "subjects", lazy: () => import("@/features/subjects/SubjectsPage") },
  { path: "subjects/:id", lazy: () => import("@/features/subjects/SubjectPage") },
  { path: "inbox", lazy: () => import("@/features/inbox/InboxPage") },
  { path: "settings", lazy: () => import("@/features/settings/SettingsPage") },
  { path: "settings/tokens", lazy: () => import("@/features/tokens/TokensPage") },
  {
    element: <RequirePermission name="policies:read" />,
    children: [
      { path: "policies", lazy: () => import("@/features/policies/PoliciesPage") },
      { path: "policies/:id", lazy: () => import("@/features/policies/PolicyPage") },
    ],
  },
  {
    element: <RequirePermission name="policies:write" />,
    children: [{ path: "policies/new", lazy: () => import("@/features/policies/NewPolicyPage") }],
  },
  {
    element: <RequirePermission name="sequences:write" />,
    children: [{ path: "sequences", lazy: () => import("@/features/sequences/SequencesPage") }],
  },
  {
    element: <RequirePermission name="calendars:read" />,
    children: [
      { path: "calendars", lazy: () => import("@/features/calendars/CalendarsPage") },
      { path: "calendars/:id", lazy: () => import("@/features/calendars/CalendarPage") },
    ],
  },
  {
    element: <RequirePermission name="calendars:write" />,
    children: [{ path: "calendars/new", lazy: () => import("@/features/calendars/NewCalendarPage") }],
  },
  {
    element: <RequirePermission name="escalations:read" />,
    children: [
      { path: "dashboard/escalations", lazy: () => import("@/features/escalations/EscalationsPage") },
    ],
  },
  {
    element: <RequirePermission name="team:read" />,
    children: [{ path: "team", lazy: () => import("@/features/team/TeamPage") }],
  },
  {
    element: <RequirePermission name="sweeps" />,
    children: [
      { path: "admin", element: <Navigate to="/admin/sweeps" replace /> },
      { path: "admin/sweeps", lazy: () => import("@/features/sweeps/SweepsPage") },
      { path: "admin/notifications", lazy: () => import("@/features/rules/CompanyRulesPage") },
      { path: "admin/people", lazy: () => import("@/features/people/PeoplePage") },
      { path: "admin/import", lazy: () => import("@/features/imports/ImportPage") },
    ],
  },
  {
    element: <RequirePermission name="choices:write" />,
    children: [
      { path: "admin/kinds", lazy: () => import("@/features/kinds/KindsPage") },
      { path: "admin/outcomes", lazy: () => import("@/features/kinds/OutcomesPage") },
    ],
  },
  {
    element: <RequirePermission name="webhooks" />,
    children: [
      { path: "admin/webhooks", lazy: () => import("@/features/webhooks/WebhooksPage") },
      { path: "admin/webhooks/:id", lazy: () => import("@/features/webhooks/WebhookPage") },
    ],
  },
  {
    element: <RequirePermission name="ops" />,
    children: [{ path: "admin/ops", lazy: () => import("@/features/ops/OpsPage") }],
  },
  { path: "*", element: <NotFoundPage /> },
];

export const router = createBrowserRouter([
  { path: "login", element: <LoginPage />, errorElement: <RouteFailure /> },
  {
    path: "set-password",
    lazy: () => import("@/features/session/SetPasswordPage"),
    errorElement: <RouteFailure />,
    hydrateFallbackElement: <PageSkeleton />,
  },
  {
    element: <RequireSession />,
    errorElement: <RouteFailure />,
    hydrateFallbackElement: <PageSkeleton />,
    children: [{ element: <Shell />, children: [{ errorElement: <RouteFailure framed />, children: pages }] }],
  },
]);
