/** What other parts of the page may use of calendar feeds. */
export { CalendarFeeds } from "@/features/feeds/CalendarFeeds";
