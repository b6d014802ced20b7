/** What other parts of the page may use of absences. */
import { lazy } from "react";
import { later } from "@/components/later";

export { Absences } from "@/features/absences/Absences";
export const AbsencesDialog = later(() => import("@/features/absences/AbsencesDialog"));
export const AwayWarning = lazy(() => import("@/features/absences/AwayWarning"));
