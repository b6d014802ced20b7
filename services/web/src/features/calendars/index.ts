/** What other parts of the page may use of calendars. */
export { openOn, type Segment } from "@/features/calendars/openOn";
export { calendarsQuery } from "@/features/calendars/queries";
