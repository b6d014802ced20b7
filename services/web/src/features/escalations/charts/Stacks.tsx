import { Fragment } from "react";
import type { EscalationSummary } from "@/api/types";
import { Named } from "@/components/Named";
import classes from "./charts.module.css";

const SHOWN = 6;

/** Escalations of each manager's team, by level. */
export function Stacks({ teams }: { teams: EscalationSummary["by_team"] }) {
  const total = (team: (typeof teams)[number]) => team.manager_level + team.admin_level;
  const sorted = teams.toSorted((a, b) => total(b) - total(a)).slice(0, SHOWN);
  const largest = Math.max(1, ...sorted.map(total));
  if (sorted.length === 0) return <p className={classes.none}>No team has open escalations.</p>;
  return (
    <div className={classes.bars}>
      {sorted.map((team) => (
        <Fragment key={team.manager?.id ?? 0}>
          <span className={classes.label}><Named>{team.manager?.name ?? "No manager"}</Named></span>
          <span className={classes.track}>
            {team.admin_level > 0 && (
              <span className={classes.bar} data-level="admin" style={{ width: `${(team.admin_level / largest) * 100}%` }} />
            )}
            {team.manager_level > 0 && (
              <span className={classes.bar} style={{ width: `${(team.manager_level / largest) * 100}%` }} />
            )}
          </span>
          <span className={classes.value}>{total(team)}</span>
        </Fragment>
      ))}
    </div>
  );
}
