/** What other parts of the page may use of people. */
export { labelOf, peopleQuery, useLabelOf, usePeopleInScope, withReports } from "@/features/people/people";
