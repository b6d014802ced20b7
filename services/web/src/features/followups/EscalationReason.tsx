import type { ActivityEscalation } from "@/api/types";
import { UserText } from "@/components/UserText";
import classes from "./EscalationReason.module.css";

/** Why an escalation happened, and how each of those who were told was found, in the words of the API. */
export function EscalationReason({ escalation: { why, recipients } }: { escalation: ActivityEscalation }) {
  return (
    <details className={classes.reasons}>
      <summary>Why</summary>
      <dl>
        <dt>Rule</dt>
        <dd>{why}</dd>
        <dt>Told</dt>
        <dd>
          <ul>
            {recipients.map((recipient) => (
              <li key={`${recipient.user.id}-${recipient.audience}`}>
                <strong>
                  <UserText>{recipient.user.name}</UserText>
                </strong>
                , {recipient.why}
              </li>
            ))}
            {recipients.length === 0 && <li>Nobody: there was no active person to tell.</li>}
          </ul>
        </dd>
      </dl>
    </details>
  );
}
