import { Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { Replay } from "@/api/types";
import { useMe } from "@/api/session";
import { Person } from "@/components/Person";
import { LeftOut } from "@/features/policies/LeftOut";
import { TwoTimeLines } from "@/features/policies/TwoTimeLines";
import { words } from "@/i18n/policies";
import { inZone } from "@/time/format";
import classes from "./Simulation.module.css";

const PEOPLE_SHOWN = 8;
const EXAMPLES_SHOWN = 5;

type Compared = Pick<Replay, "told" | "would_tell" | "avoided" | "added">;

/** What was told in the last 90 days, beside what would have been told. */
export function LookBack({ result }: { result: Replay }) {
  const { time_zone: zone } = useMe();
  return (
    <Stack gap="sm">
      <div role="status">
        <Text size="sm">{words.comparedWith(result.told, result.would_tell, result.follow_ups)}</Text>
        <Text size="sm" fw={600}>
          {words.avoidedAndAdded(result.avoided, result.added, result.differing)}
        </Text>
        <Text size="sm" c="dimmed">
          {words.between(inZone(result.since, zone), inZone(result.until, zone))}
        </Text>
      </div>
      <LeftOut number={result.uncounted} problems={result.problems} />
      <Counts
        label={words.byStep}
        rows={result.by_step.map((row) => ({ ...row, key: `${row.policy} ${row.step} ${row.label}`, name: words.stepOf(row.policy, row.label) }))}
      />
      <Counts
        label={words.byPerson}
        rows={result.by_person.slice(0, PEOPLE_SHOWN).map((row) => ({ ...row, key: row.user.id, name: <Person name={row.user.name} /> }))}
      />
      {result.examples.length > 0 && (
        <section aria-label={words.examples}>
          <Title order={3} size="h5" mb="xs">
            {words.examples}
          </Title>
          <Stack gap="md">
            {result.examples.slice(0, EXAMPLES_SHOWN).map((example) => (
              <div key={example.id}>
                <Link to={`/followups/${example.id}`}>{example.title}</Link>
                <TwoTimeLines example={example} zone={zone} />
              </div>
            ))}
          </Stack>
        </section>
      )}
    </Stack>
  );
}

interface CountsProps {
  label: string;
  rows: readonly (Compared & { key: string | number; name: React.ReactNode })[];
}

function Counts({ label, rows }: CountsProps) {
  return (
    <Table aria-label={label} className={classes.counts} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{label}</Table.Th>
          <Table.Th>{words.columns.told}</Table.Th>
          <Table.Th>{words.columns.would_tell}</Table.Th>
          <Table.Th>{words.columns.avoided}</Table.Th>
          <Table.Th>{words.columns.added}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ key, name, told, would_tell: would, avoided, added }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{words.amount(told)}</Table.Td>
            <Table.Td>{words.amount(would)}</Table.Td>
            <Table.Td>{words.amount(avoided)}</Table.Td>
            <Table.Td>{words.amount(added)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
