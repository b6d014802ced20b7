import { Stack, Text } from "@mantine/core";
import type { Simulation } from "@/api/types";
import { useMe } from "@/api/session";
import { Person } from "@/components/Person";
import { busiest } from "@/features/policies/busiest";
import { LeftOut } from "@/features/policies/LeftOut";
import { words } from "@/i18n/policies";
import { inZone } from "@/time/format";
import classes from "./Simulation.module.css";

const PEOPLE_SHOWN = 8;

/** What would be told from now on, by day, by step and by person. */
export function LookAhead({ result }: { result: Simulation }) {
  const { time_zone: zone } = useMe();
  const several = new Set(result.by_step.map(({ policy }) => policy)).size > 1;
  return (
    <Stack gap="sm" role="status">
      <Text size="sm">{words.toldWhom(result.tells, result.people, result.follow_ups, result.moves)}</Text>
      <LeftOut number={result.uncounted} problems={result.problems} />
      {result.window === "next_14_days" && (
        <>
          <Text size="sm">{words.atOnce(result.at_once.tells, result.at_once.people)}</Text>
          <Text size="sm" c="dimmed">
            {words.until(inZone(result.until, zone))}
          </Text>
          <Days result={result} />
        </>
      )}
      <ul className={classes.amounts} aria-label={words.byStep}>
        {result.by_step.map(({ policy, step, label, severity, count }) => (
          <li key={`${policy} ${step}`}>
            <span>{several ? words.stepOf(policy, label) : words.stepAlone(step, label, words.severities[severity])}</span>
            <span>{words.amount(count)}</span>
          </li>
        ))}
      </ul>
      <ul className={classes.amounts} aria-label={words.byPerson}>
        {result.by_person.slice(0, PEOPLE_SHOWN).map(({ user, count }) => (
          <li key={user.id}>
            <Person name={user.name} />
            <span>{words.amount(count)}</span>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function Days({ result }: { result: Simulation }) {
  const top = busiest(result.by_person);
  const most = Math.max(1, ...result.by_day.map(({ count }) => count));
  const day = (date: string) => inZone(`${date}T12:00:00Z`, "UTC", "day");
  return (
    <>
      <ul className={classes.days} aria-label={words.byDay}>
        {result.by_day.map(({ date, count }) => (
          <li key={date}>
            <span className={classes.day}>{day(date)}</span>
            <span className={classes.bar} style={{ width: `${(100 * count) / most}%` }} />
            <span>{words.amount(count)}</span>
          </li>
        ))}
      </ul>
      {top && <Text size="sm">{words.busiest(top.name, top.count, day(top.date))}</Text>}
    </>
  );
}
