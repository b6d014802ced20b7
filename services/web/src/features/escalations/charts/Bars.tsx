import { Fragment } from "react";
import type { EscalationSummary } from "@/api/types";
import { ageLabel } from "@/features/escalations/charts/scale";
import classes from "./charts.module.css";

const ADMIN_HOURS = 96;

/** How long the open escalations have been overdue. */
export function Bars({ bands }: { bands: EscalationSummary["age"] }) {
  const largest = Math.max(1, ...bands.map(({ count }) => count));
  return (
    <div className={classes.bars}>
      {bands.map((band) => (
        <Fragment key={band.from_hours}>
          <span className={classes.label}>{ageLabel(band)}</span>
          <span className={classes.track}>
            {band.count > 0 && (
              <span
                className={classes.bar}
                data-level={band.from_hours >= ADMIN_HOURS ? "admin" : "manager"}
                style={{ width: `${(band.count / largest) * 100}%` }}
              />
            )}
          </span>
          <span className={classes.value}>{band.count}</span>
        </Fragment>
      ))}
    </div>
  );
}
