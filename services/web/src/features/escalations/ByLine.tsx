import { Button, UnstyledButton } from "@mantine/core";
import { useId, useState } from "react";
import { Link, useLocation } from "react-router";
import type { EscalationCounts } from "@/api/types";
import { isolate } from "@/components/bidi";
import { UserText } from "@/components/UserText";
import { useMe } from "@/api/session";
import { number, t } from "@/i18n";
import classes from "./ByLine.module.css";

type Line = EscalationCounts["by_line"][number];

const SHOWN = 8;

interface Props {
  counts: EscalationCounts;
  /** The filter by person, as the address has it. */
  who: string;
  showEveryone: () => void;
}

/**
 * Whose escalations are open: a bar for each direct report and everyone below them. Each leads to its rows, and
 * so to the level below. It is a table that looks like a chart, so all can read the same.
 */
export function ByLine({ counts, who, showEveryone }: Props) {
  const title = useId();
  const [whole, setWhole] = useState(false);
  const { below, by_line: lines, others } = counts;
  const heading = useHeading(below);
  if (lines.length === 0 || lines.every(({ assignee }) => assignee === who) || who === "me") return null;
  const shown = whole ? lines : lines.slice(0, SHOWN);
  const largest = Math.max(...lines.map(total));
  return (
    <section className={classes.section} aria-labelledby={title}>
      <div className={classes.top}>
        <h2 id={title} className={classes.title}>
          {heading}
        </h2>
        {who !== "all" && (
          <Button variant="subtle" size="compact-sm" onClick={showEveryone}>
            {t.common.showEveryone}
          </Button>
        )}
      </div>
      <table className={classes.table} aria-labelledby={title}>
        <thead>
          <tr>
            <th scope="col">{t.escalations.person}</th>
            <th scope="col" className={classes.all}>
              {t.escalations.columns.all}
            </th>
            <th scope="col" className={classes.number} data-level="admin">
              {t.escalations.columns.admin}
            </th>
            <th scope="col" className={classes.number} data-level="manager">
              {t.escalations.columns.manager}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line) => (
            <Row key={line.assignee} line={line} largest={largest} />
          ))}
        </tbody>
      </table>
      {lines.length > SHOWN && (
        <UnstyledButton className={classes.more} aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t.escalations.fewer : t.escalations.more(lines.length - SHOWN)}
        </UnstyledButton>
      )}
      {others.people > 0 && (
        <p className={classes.others}>
          {t.escalations.others(others.people, total(others))}
        </p>
      )}
    </section>
  );
}

function Row({ line, largest }: { line: Line; largest: number }) {
  const { pathname, search } = useLocation();
  const parameters = new URLSearchParams(search);
  parameters.set("who", line.assignee);
  const share = (amount: number) => ({ width: `${(amount / largest) * 100}%` });
  return (
    <tr>
      <th scope="row">
        <Link to={`${pathname}?${parameters}`} className={classes.name}>
          <UserText>{line.person.name}</UserText>
          {line.with_line && <span className={classes.line}>{t.escalations.andLine}</span>}
        </Link>
      </th>
      <td className={classes.all}>
        <span className={classes.measure}>
          <span className={classes.track} aria-hidden>
            {line.admin > 0 && <span className={classes.bar} data-level="admin" style={share(line.admin)} />}
            {line.manager > 0 && <span className={classes.bar} data-level="manager" style={share(line.manager)} />}
          </span>
          <span className={classes.total}>{number(total(line))}</span>
        </span>
      </td>
      <td className={classes.number}>{number(line.admin)}</td>
      <td className={classes.number}>{number(line.manager)}</td>
    </tr>
  );
}

function useHeading(below: EscalationCounts["below"]): string {
  const me = useMe();
  if (below === null) return t.escalations.byLine;
  return below.id === me.id ? t.escalations.byReport : t.escalations.byReportOf(isolate(below.name));
}

function total({ admin, manager }: { admin: number; manager: number }): number {
  return admin + manager;
}
