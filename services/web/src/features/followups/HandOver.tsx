import type { Filters } from "@/features/followups/filters";
import { HandOverButton } from "@/features/handovers";
import { usePeopleInScope } from "@/features/people";

/** Hands over the open work of the one person whose list is shown, narrowed as the list is. */
export default function HandOver({ filters }: { filters: Filters }) {
  const { who, subject, kind, priority, tag } = filters;
  const people = usePeopleInScope();
  const person = people.find(({ id }) => String(id) === who);
  if (!person || people.length < 2) return null;
  const filter = {
    ...(subject && { subject_id: Number(subject) }),
    ...(kind && { kind }),
    ...(priority && { priority }),
    ...(tag && { tag }),
  };
  return <HandOverButton key={JSON.stringify([who, filter])} person={person} filter={filter} variant="default" />;
}
