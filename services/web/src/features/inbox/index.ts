/** What other parts of the page may use of the inbox. */
export { NotificationBell } from "@/features/inbox/NotificationBell";
export { unreadQuery } from "@/features/inbox/inbox";
export { useInboxStream } from "@/features/inbox/useInboxStream";
