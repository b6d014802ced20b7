/** What other parts of the page may use of policies. */
export { policiesQuery } from "@/features/policies/queries";
