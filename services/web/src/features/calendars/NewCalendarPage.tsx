export { NewCalendar as Component } from "@/features/calendars/CalendarPage";
