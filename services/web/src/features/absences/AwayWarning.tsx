import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { isolate } from "@/components/bidi";
import { absencesQuery } from "@/features/absences/absences";
import { peopleQuery } from "@/features/people";
import { words } from "@/i18n/absences";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";
import { wallTime } from "@/time/zone";

interface Props {
  /** Who is chosen; null: nobody yet. */
  person: number | null;
  /** When what they get is due, of many each; null: not known yet. What is overdue is for now. */
  due: string | readonly string[] | null;
}

/** Says that somebody is away when what they get is due, or some of it, and who is told in their place. */
export default function AwayWarning({ person, due }: Props) {
  const { data: people = [] } = useQuery(peopleQuery);
  const { data } = useQuery({ ...absencesQuery(person ?? 0), enabled: person !== null });
  const chosen = people.find(({ id }) => id === person);
  if (!chosen || !due) return null;
  const days = [due].flat().map((at) => wallTime(Math.max(Date.parse(at), now()), chosen.time_zone).slice(0, 10));
  const absence = data?.items.find(({ from, to }) => days.some((day) => from <= day && day <= to));
  if (!absence) return null;
  const { to, substitute } = absence;
  return (
    <Text size="sm" c="var(--level-2)" role="status">
      {words.awayThen(isolate(chosen.name), plainDay(to, now()))}{" "}
      {substitute ? words.inPlaceThen(isolate(substitute.name)) : words.upTheLine}
    </Text>
  );
}
