/** What other parts of the page may use of absences. */
import { lazy } from "react";

export { Absences } from "@/features/absences/Absences";
export const AbsencesDialog = lazy(() => import("@/features/absences/AbsencesDialog"));
export const AwayWarning = lazy(() => import("@/features/absences/AwayWarning"));
