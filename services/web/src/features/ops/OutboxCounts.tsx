import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Outbox } from "@/api/types";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { QueryContent } from "@/features/ops/QueryContent";
import { seriesOf, type Watched } from "@/features/ops/history";
import { outboxQuery } from "@/features/ops/queries";
import { Sparkline } from "@/features/ops/Sparkline";
import { number } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./OutboxCounts.module.css";

/** Events that are stored and not settled. */
export function OutboxCounts() {
  const query = useQuery(outboxQuery);
  return (
    <QueryContent query={query} height={150}>
      {(watched) => <Shown {...watched} />}
    </QueryContent>
  );
}

function Shown({ reading, history }: Watched<Outbox>) {
  const { waiting, oldest_waiting_at: oldest, or_more: more, types } = reading;
  return (
    <>
      <p className={classes.said}>
        <strong>
          {more ? words.ops.orMore(waiting) : number(waiting)}
        </strong>{" "}
        {words.ops.waits(waiting)}
        {oldest && (
          <Message text={words.ops.oldest} parts={{ ago: <RelativeTime at={oldest} as="ago" /> }} />
        )}
      </p>
      <Sparkline label={words.ops.waitingSeries} values={seriesOf(history, "waiting")} />
      {types.length > 0 && <Types types={types} />}
    </>
  );
}

function Types({ types }: Pick<Outbox, "types">) {
  return (
    <Table verticalSpacing={6} mt="sm" className="numbers" aria-label={words.ops.byType}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.ops.eventType}</Table.Th>
          <Table.Th ta="right">{words.ops.waiting}</Table.Th>
          <Table.Th ta="right">{words.ops.givenUp}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {types.map(({ type, waiting, failed }) => (
          <Table.Tr key={type}>
            <Table.Td className={classes.type}>{type}</Table.Td>
            <Table.Td ta="right">{number(waiting)}</Table.Td>
            <Table.Td ta="right">
              {failed > 0 ? (
                <Link className={classes.failed} to={`?${new URLSearchParams({ tab: "dead-letters", type })}`}>
                  {number(failed)}
                </Link>
              ) : (
                "0"
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
