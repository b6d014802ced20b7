import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { Finding } from "@/api/types";
import { RelativeTime } from "@/components/RelativeTime";
import { QueryContent } from "@/features/ops/QueryContent";
import { selfAuditQuery } from "@/features/ops/queries";
import classes from "./SelfAuditFindings.module.css";

const NAMES: Record<Finding["check"], string> = {
  "overdue-steps": "Steps that no sweep recorded",
  "outbox-overdue": "Events that wait too long",
  "sweeps-stuck": "Sweeps that do not end",
  "dead-letters": "Dead letters",
  unroutable: "Escalations that found nobody",
  "times-ahead": "Times that lie in the future",
};

/** What the system says about itself: nothing, or what is wrong, what that means, and the fix. */
export function SelfAuditFindings() {
  const query = useQuery(selfAuditQuery);
  return (
    <QueryContent query={query} height={56}>
      {({ healthy, findings }) =>
        healthy ? (
          <p className={classes.well}>
            <IconCircleCheck size={20} aria-hidden />
            By what the database isSupportedZone, nothing is late and nothing was given up.
          </p>
        ) : (
          <ul className={classes.findings}>
            {findings
              .filter(({ count }) => count > 0)
              .map((finding) => (
                <Found key={finding.check} {...finding} />
              ))}
          </ul>
        )
      }
    </QueryContent>
  );
}

function Found({ check, count, or_more: more, means, fix, examples }: Finding) {
  return (
    <li className={classes.finding}>
      <IconAlertTriangle size={20} aria-hidden />
      <div className={classes.said}>
        <h3 className={classes.name}>
          {NAMES[check]}
          <span className={classes.count}>
            {count.toLocaleString("en")}
            {more && "+"}
          </span>
        </h3>
        <p>{means}</p>
        <p className={classes.fix}>{fix}</p>
        <details>
          <summary>Those that have waited longest</summary>
          <ul className={classes.examples}>
            {examples.map(({ subject, since, detail }) => (
              <li key={subject}>
                <code>{subject}</code> <RelativeTime at={since} as="ago" /> {detail}
              </li>
            ))}
          </ul>
        </details>
      </div>
    </li>
  );
}
