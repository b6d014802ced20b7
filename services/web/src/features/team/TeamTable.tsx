import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Team } from "@/api/types";
import { Badge } from "@/components/Badge";
import { isolate } from "@/components/bidi";
import { WorkingOverdue } from "@/components/WorkingOverdue";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { TO_FIRST_ROW } from "@/features/followups";
import { doneList, listOf, monthList, type Figure, type Member, type Sort } from "@/features/team/figures";
import { MemberMenu } from "@/features/team/MemberMenu";
import { Legend, Trend } from "@/features/team/Trend";
import { sortedBy, type View } from "@/features/team/view";
import { number } from "@/i18n";
import { words } from "@/i18n/team";
import { inZone } from "@/time/format";
import classes from "./TeamTable.module.css";

const COLUMNS = ["overdue", "escalated", "moved", "waiting", "snoozed", "done", "on_time", "open"] as const;

interface Props {
  members: readonly Member[];
  /** When the week and the month of its figures began. */
  since: Pick<Team, "week_from" | "month_from">;
  view: View;
  change: (next: Partial<View>) => void;
  /** There are so few that they can be sorted by a figure. */
  sortable: boolean;
}

/**
 * A row for each person, a list behind each of their figures. Where the columns do not fit, each row is a card.
 * Roles are said, because a browser takes them from what is drawn otherwise.
 */
export function TeamTable({ members, since, view, change, sortable }: Props) {
  const head = { view, change, sortable };
  return (
    <div className={classes.frame}>
      <Table className={classes.table} role="table" aria-label={words.title}>
        <Table.Thead className={classes.head} role="rowgroup">
          <Table.Tr role="row">
            <Heading sort="name" {...head} />
            {COLUMNS.map((sort) => (
              <Heading key={sort} sort={sort} {...head} />
            ))}
            <Table.Th role="columnheader" className={classes.trendHead}>
              {words.trend}
            </Table.Th>
            <Table.Th role="columnheader">
              <span className={classes.silent}>{words.actions}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className={classes.body} role="rowgroup">
          {members.map((member) => (
            <Row key={member.person.id} member={member} since={since} change={change} />
          ))}
        </Table.Tbody>
      </Table>
      <div className={classes.legend}>
        <Legend />
      </div>
    </div>
  );
}

type HeadingProps = Pick<Props, "view" | "change" | "sortable"> & { sort: Sort };

function Heading({ sort, view, change, sortable }: HeadingProps) {
  const sorted = view.sort === sort;
  const name = words.columns[sort];
  const shown = words.short[sort] ?? name;
  const ArrowOf = view.order === "asc" ? IconArrowUp : IconArrowDown;
  return (
    <Table.Th
      role="columnheader"
      className={sort === "name" ? undefined : classes.number}
      aria-sort={sorted ? (view.order === "asc" ? "ascending" : "descending") : undefined}
    >
      {sortable ? (
        <UnstyledButton className={classes.sort} title={name} onClick={() => change(sortedBy(view, sort))}>
          {shown}
          {sorted && <ArrowOf size={12} aria-hidden />}
        </UnstyledButton>
      ) : (
        shown
      )}
    </Table.Th>
  );
}

function Row({ member, since, change }: Pick<Props, "since" | "change"> & { member: Member }) {
  const { person, moves, oldest } = member;
  const name = isolate(person.name);
  return (
    <Table.Tr role="row" className={classes.row}>
      <Table.Th scope="row" role="rowheader" className={classes.person}>
        <Link to={listOf("open", person.id)} state={TO_FIRST_ROW} className={classes.name}>
          <Person name={person.name} inactive={!person.active} />
        </Link>
        {member.away_until && <Badge tone="notice" className={classes.away}>{words.away(inZone(`${member.away_until}T12:00:00Z`, "UTC", "date"))}</Badge>}
      </Table.Th>
      <Cell sort="overdue">
        <Amount member={member} figure="overdue" alarming />
        {oldest && (
          <Link to={`/followups/${oldest.id}`} className={`${classes.more} ${classes.oldest}`}>
            <span className={classes.silent}>{words.oldest(name)} </span>
            {oldest.working_overdue ? <WorkingOverdue {...oldest} /> : <RelativeTime at={oldest.due_at} as="due" />}
          </Link>
        )}
      </Cell>
      <Cell sort="escalated">
        <Amount member={member} figure="escalated" alarming />
      </Cell>
      <Cell sort="moved">
        <Amount member={member} figure="moved" />
        {moves > 0 && <span className={classes.more}>{words.moves(moves)}</span>}
      </Cell>
      <Cell sort="waiting">
        <Amount member={member} figure="waiting" />
      </Cell>
      <Cell sort="snoozed">
        <Amount member={member} figure="snoozed" />
      </Cell>
      <Cell sort="done">
        <Drill to={doneList(person.id, since)} amount={member.done} label={words.drill(name, words.columns.done, member.done)} />
      </Cell>
      <Cell sort="on_time">
        <OnTime member={member} since={since} />
      </Cell>
      <Cell sort="open">
        <Amount member={member} figure="open" />
      </Cell>
      <Table.Td role="cell" className={classes.trend} data-label={words.trend}>
        <Trend member={member} />
      </Table.Td>
      <Table.Td role="cell" className={classes.actions}>
        <MemberMenu member={member} showTeam={() => change({ of: String(person.id), depth: "direct" })} />
      </Table.Td>
    </Table.Tr>
  );
}

/** How much of what was completed this month was so by the time that it was due; the list shows the rest, if any. */
function OnTime({ member: { person, month }, since }: Pick<Props, "since"> & { member: Member }) {
  if (month.share === null) return <span className={classes.none}>{words.unknown}</span>;
  const [name, share, late] = [isolate(person.name), words.share(month.share), month.completed - month.on_time];
  return (
    <>
      <Link
        to={monthList(person.id, since, true)}
        state={TO_FIRST_ROW}
        className={classes.figure}
        aria-label={words.keptNamed(name, share, month.on_time, month.completed)}
      >
        {share}
      </Link>
      {late > 0 && (
        <Link to={monthList(person.id, since, false)} state={TO_FIRST_ROW} className={classes.more} aria-label={words.late(name, late)}>
          {words.lateShort(late)}
        </Link>
      )}
    </>
  );
}


function Cell({ sort, children }: { sort: Sort; children: ReactNode }) {
  return (
    <Table.Td role="cell" className={classes.number} data-label={words.short[sort] ?? words.columns[sort]}>
      {children}
    </Table.Td>
  );
}

function Amount({ member, figure, alarming = false }: { member: Member; figure: Figure; alarming?: boolean }) {
  const { person, [figure]: amount } = member;
  const label = words.drill(isolate(person.name), words.columns[figure], amount);
  return <Drill to={listOf(figure, person.id)} amount={amount} label={label} alarming={alarming} />;
}

function Drill({ to, amount, label, alarming = false }: { to: string; amount: number; label: string; alarming?: boolean }) {
  if (amount === 0) return <span className={classes.none}>{number(0)}</span>;
  return (
    <Link to={to} state={TO_FIRST_ROW} className={classes.figure} aria-label={label} data-alarming={alarming || undefined}>
      {number(amount)}
    </Link>
  );
}
