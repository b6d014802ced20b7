/** What other parts of the page may use of absences. */
export { Absences } from "@/features/absences/Absences";
