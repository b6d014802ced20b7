import type { ActivityEscalation, ActivityRecipient } from "@/api/types";
import { Named } from "@/components/Named";
import { hours } from "@/time/words";
import classes from "./Reasons.module.css";

/** Why an escalation happened, and how each of those who were told was found. */
export function Reasons({ escalation }: { escalation: ActivityEscalation }) {
  const { step, label, hours_overdue: overdue, policy, policy_version: version, sla_breach: breach, recipients } = escalation;
  return (
    <details className={classes.reasons}>
      <summary>Why</summary>
      <dl>
        <dt>Rule</dt>
        <dd>
          Step {step} ({label}) of policy “{policy}”, version {version}
          {breach && ": counts as an SLA breach"}
        </dd>
        <dt>Then overdue</dt>
        <dd>{overdue < 1 / 60 ? "just due" : hours(overdue)}</dd>
        <dt>Told</dt>
        <dd>
          <ul>
            {recipients.map((recipient) => (
              <li key={`${recipient.user.id}-${recipient.audience}`}>
                <strong>
                  <Named>{recipient.user.name}</Named>
                </strong>, {foundAs(recipient)}
              </li>
            ))}
            {recipients.length === 0 && <li>Nobody: there was no active person to tell.</li>}
          </ul>
        </dd>
      </dl>
    </details>
  );
}

const AUDIENCES: Record<string, string> = {
  assignee: "as its assignee",
  manager: "as the assignee’s manager",
  admins: "as an admin",
};

/** How a recipient was found, in words. */
export function foundAs({ audience, fallback }: Pick<ActivityRecipient, "audience" | "fallback">): string {
  const level = /^manager\((\d+)\)$/.exec(audience)?.[1];
  const meant = AUDIENCES[audience] ?? (level ? `${level} levels above the assignee` : audience);
  if (fallback === "up_the_line") return `next active person up the line, in place of the one meant (${audience})`;
  if (fallback === "admins") return `as an admin, since nobody active is above the assignee`;
  return meant;
}
