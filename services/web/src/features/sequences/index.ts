/** What other parts of the page may use of sequences; each part is loaded when it is drawn. */
import { later, laterDialog } from "@/components/later";

export const Enrolments = later(() => import("@/features/sequences/Enrolments"), null);
export const EnrolmentOf = later(() => import("@/features/sequences/EnrolmentOf"), null);
export const StartDialog = laterDialog(() => import("@/features/sequences/StartDialog"));
