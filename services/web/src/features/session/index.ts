/** What other parts of the page may use of log-in and session. */
export { LoginPage } from "@/features/session/LoginPage";
export { OtherPersonDialog } from "@/features/session/OtherPersonDialog";
export { ReauthenticationDialog } from "@/features/session/ReauthenticationDialog";
export { RequirePermission } from "@/features/session/RequirePermission";
export { RequireSession } from "@/features/session/RequireSession";
export { SessionEndedDialog } from "@/features/session/SessionEndedDialog";
export { useLogInOptions, useLogOut, useSessionWatch } from "@/features/session/session";
