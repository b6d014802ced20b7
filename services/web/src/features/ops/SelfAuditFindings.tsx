import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { Finding } from "@/api/types";
import { RelativeTime } from "@/components/RelativeTime";
import { QueryContent } from "@/features/ops/QueryContent";
import { selfAuditQuery } from "@/features/ops/queries";
import { number } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./SelfAuditFindings.module.css";

/** What the system says about itself: nothing, or what is wrong, what that means, and the fix. */
export function SelfAuditFindings() {
  const query = useQuery(selfAuditQuery);
  return (
    <QueryContent query={query} height={56}>
      {({ healthy, findings }) =>
        healthy ? (
          <p className={classes.well}>
            <IconCircleCheck size={20} aria-hidden />
            {words.ops.healthy}
          </p>
        ) : (
          <ul className={classes.findings}>
            {findings
              .filter(({ count }) => count > 0)
              .map((finding) => (
                <FindingItem key={finding.check} {...finding} />
              ))}
          </ul>
        )
      }
    </QueryContent>
  );
}

function FindingItem({ check, count, or_more: more, means, fix, examples }: Finding) {
  return (
    <li className={classes.finding}>
      <IconAlertTriangle size={20} aria-hidden />
      <div className={classes.said}>
        <h3 className={classes.name}>
          {words.ops.checks[check]}
          <span className={classes.count}>
            {more ? words.ops.orMore(count) : number(count)}
          </span>
        </h3>
        <p>{means}</p>
        <p className={classes.fix}>{fix}</p>
        <details>
          <summary>{words.ops.longest}</summary>
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
