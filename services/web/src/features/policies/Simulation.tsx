import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { PolicyInput, Simulation as Result } from "@/api/types";
import { useMe } from "@/api/session";
import { FormProblem } from "@/components/FormProblem";
import { Person } from "@/components/Person";
import { busiest } from "@/features/policies/busiest";
import { inWords } from "@/features/policies/problem";
import { words } from "@/i18n/policies";
import { inZone } from "@/time/format";
import classes from "./Simulation.module.css";

interface Props {
  /** Of the policy; null: it is a new one. */
  id: number | null;
  /** What it would say. */
  policy: () => PolicyInput;
}

const PEOPLE_SHOWN = 8;

/** What would be told to whom, if this were in force: now, or in the next two weeks. It changes nothing. */
export function Simulation({ id, policy }: Props) {
  const simulate = useMutation({
    mutationFn: (window: Result["window"]) =>
      dataOf(api.POST("/policies/simulate", { body: { policy: policy(), policy_id: id, window } })),
  });
  return (
    <section aria-label={words.simulation} className={classes.simulation}>
      <Title order={2} mb="xs">
        {words.simulation}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {words.simulationText}
      </Text>
      <Group gap="xs" mb="sm">
        <Button variant="default" size="xs" loading={simulate.isPending} onClick={() => simulate.mutate("now")}>
          {words.windows.now}
        </Button>
        <Button variant="default" size="xs" loading={simulate.isPending} onClick={() => simulate.mutate("next_14_days")}>
          {words.windows.next_14_days}
        </Button>
      </Group>
      <FormProblem error={inWords(simulate.error)} title={words.notSimulated} />
      {simulate.data && simulate.data.window !== "last_90_days" && <Told result={simulate.data} />}
    </section>
  );
}

function Told({ result }: { result: Result }) {
  const { time_zone: zone } = useMe();
  const top = busiest(result.by_person);
  const most = Math.max(1, ...result.by_day.map(({ count }) => count));
  const day = (date: string) => inZone(`${date}T12:00:00Z`, "UTC", "day");
  return (
    <Stack gap="sm" role="status">
      <Text size="sm">{words.toldWhom(result.tells, result.people, result.follow_ups, result.moves)}</Text>
      {result.window === "next_14_days" && (
        <>
          <Text size="sm" c="dimmed">
            {words.until(inZone(result.until, zone))}
          </Text>
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
      )}
      <ul className={classes.people} aria-label={words.byPerson}>
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
