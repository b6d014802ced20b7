/** What other parts of the page may use of policies. */
export { LookAhead } from "@/features/policies/LookAhead";
export { policiesQuery } from "@/features/policies/queries";
