/** What other parts of the page may use of absences. */
import { later } from "@/components/later";

export { Absences } from "@/features/absences/Absences";
export const AbsencesDialog = later(() => import("@/features/absences/AbsencesDialog"));
export const AwayWarning = later(() => import("@/features/absences/AwayWarning"), null);
