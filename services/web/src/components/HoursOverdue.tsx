import { useNow } from "@/time/useNow";
import { hoursOverdue } from "@/time/format";

/** The hours in all of what is overdue by a day or more. */
export function HoursOverdue({ dueAt }: { dueAt: string }) {
  const hours = hoursOverdue(dueAt, useNow());
  return hours === null ? null : <span>{hours}</span>;
}
