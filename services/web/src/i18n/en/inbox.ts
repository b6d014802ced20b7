import { number, plural } from "@/i18n/intl";

export const inbox = {
  inbox: {
    title: "Inbox",
    notifications: "Notifications",
    unreadLabel: (amount: number) => `Notifications, ${number(amount)} unread`,
    latest: "Latest notifications",
    show: "Show",
    all: "All",
    unread: "Unread",
    unreadCount: (amount: number) => `Unread (${number(amount)})`,
    markAll: "Mark all as read",
    mark: "Mark as read",
    markNamed: (title: string) => `Mark “${title}” as read`,
    stillUnread: "Still unread",
    worked: (time: string, calendar: string) => `It was ${time} overdue by the calendar ${calendar}.`,
    completedByNow: (why: string) => `${why} It is completed by now.`,
    someCompleted: (why: string, done: number, all: number) =>
      `${why} ${done < all ? plural(done, { one: "# is", other: "# are" }) : "All are"} completed by now.`,
    allRead: "Everything is read",
    nothing: "Nothing has come yet",
    nothingText: "When a follow-up of yours, or one of your team, is overdue, it is said here, at once.",
    quiet: "All quiet",
    quietText: "Nothing of yours is overdue.",
    open: "Open the inbox",
    openSummary: "Show them",
    showAll: "Show all notifications",
    mail: {
      sent: (at: string) => `Mail sent ${at}`,
      sending: "Mail is being sent",
      waits: "Mail waits to be sent",
      again: (reason: string, at: string) => `Mail not sent yet: ${reason}. Again ${at}`,
      unknown: (at: string) => `Nobody knows whether the mail arrived: it is sent again ${at}`,
      failed: (reason: string) => `Mail failed: ${reason}`,
      stopped: (reason: string) => `No mail: ${reason}`,
    },
  },
};
