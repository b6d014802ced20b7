import { useQuery } from "@tanstack/react-query";
import { IconInfoCircle, IconPlugConnectedX } from "@tabler/icons-react";
import type { Queues } from "@/api/types";
import { QueryContent } from "@/features/ops/QueryContent";
import { seriesOf, type Watched } from "@/features/ops/history";
import { KINDS, queuesQuery } from "@/features/ops/queries";
import { QueueCard } from "@/features/ops/QueueCard";
import classes from "./QueueCards.module.css";

/** Each service's queue, and what could not be asked. */
export function QueueCards() {
  const query = useQuery(queuesQuery);
  return (
    <QueryContent query={query} height={210}>
      {(watched) => <Shown {...watched} />}
    </QueryContent>
  );
}

function Shown({ reading, history }: Watched<Queues>) {
  const { delivery, problems, queues } = reading;
  const inProcess = delivery === "in-process";
  const IconOf = inProcess ? IconInfoCircle : IconPlugConnectedX;
  return (
    <>
      {problems.map((problem) => (
        <p key={problem} className={classes.note} data-problem={!inProcess || undefined} role="status">
          <IconOf size={20} aria-hidden />
          {problem}
        </p>
      ))}
      {queues.length > 0 && (
        <div className={classes.cards}>
          {queues.map((service) => (
            <QueueCard key={service.service} {...service} history={seriesOf(history, service.main.name)} />
          ))}
        </div>
      )}
      {reasonsOf(reading).map((reason) => (
        <p key={reason} className={classes.reason}>
          – {reason}
        </p>
      ))}
    </>
  );
}

/** Why figures are missing: each reason once. */
function reasonsOf({ queues }: Queues): string[] {
  const states = queues.flatMap((service) => KINDS.map((kind) => service[kind]));
  return [...new Set(states.flatMap(({ missing }) => Object.values(missing)))];
}
