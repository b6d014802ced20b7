import type { ActivityEscalation } from "@/api/types";
import { Message } from "@/components/Message";
import { UserText } from "@/components/UserText";
import { t } from "@/i18n";
import classes from "./EscalationReason.module.css";

/** Why an escalation happened, and how each of those who were told was found, in the words of the API. */
export function EscalationReason({ escalation: { why, recipients } }: { escalation: ActivityEscalation }) {
  return (
    <details className={classes.reasons}>
      <summary>{t.history.why}</summary>
      <dl>
        <dt>{t.history.rule}</dt>
        <dd>{why}</dd>
        <dt>{t.history.told}</dt>
        <dd>
          <ul>
            {recipients.map((recipient) => (
              <li key={`${recipient.user.id}-${recipient.audience}`}>
                <Message
                  text={t.history.recipient}
                  parts={{ name: <Name>{recipient.user.name}</Name>, why: recipient.why }}
                />
              </li>
            ))}
            {recipients.length === 0 && <li>{t.history.nobody}</li>}
          </ul>
        </dd>
      </dl>
    </details>
  );
}

function Name({ children }: { children: string }) {
  return (
    <strong>
      <UserText>{children}</UserText>
    </strong>
  );
}
