import { VisuallyHidden } from "@mantine/core";
import type { QueueState, ServiceQueues } from "@/api/types";
import { Sparkline } from "@/features/ops/Sparkline";
import classes from "./QueueCard.module.css";

interface Props extends ServiceQueues {
  /** Messages that were ready, look by look. */
  history: readonly (number | null)[];
}

/** A service's queue: what waits, who takes it, and the two queues beside it. */
export function QueueCard({ service, main, delayed, dead, history }: Props) {
  const unattended = main.consumers === 0;
  return (
    <article className={classes.card} aria-label={`Queue ${service}`} data-alarming={unattended || undefined}>
      <header className={classes.head}>
        <h3 className={classes.name}>{main.name}</h3>
        <Consumers amount={main.consumers} />
      </header>
      <dl className={classes.figures}>
        <Figure name="Ready" value={main.ready} large />
        <Figure name="Unacked" value={main.unacknowledged} />
        <Figure name="In / s" value={main.publish_rate} digits={1} />
        <Figure name="Out / s" value={main.deliver_rate} digits={1} />
      </dl>
      <Sparkline label={`Messages ready in ${main.name}`} values={history} alarming={unattended} />
      <dl className={classes.beside}>
        <Beside state={delayed} meaning="tried again soon" />
        <Beside state={dead} meaning="copies of what was given up" />
      </dl>
    </article>
  );
}

function Consumers({ amount }: { amount: number | null }) {
  const state = amount === null ? "unknown" : amount === 0 ? "none" : "some";
  const words = { unknown: "Consumers unknown", none: "Nobody consumes", some: `${amount} consuming` }[state];
  return (
    <span className={classes.consumers} data-state={state}>
      {words}
    </span>
  );
}

interface FigureProps {
  name: string;
  value: number | null;
  digits?: number;
  large?: boolean;
}

function Figure({ name, value, digits = 0, large }: FigureProps) {
  return (
    <div className={classes.figure} data-large={large || undefined}>
      <dt>{name}</dt>
      <dd>
        <Value value={value} digits={digits} />
      </dd>
    </div>
  );
}

function Beside({ state, meaning }: { state: QueueState; meaning: string }) {
  return (
    <div>
      <dt>
        {state.name} <span className={classes.meaning}>{meaning}</span>
      </dt>
      <dd>
        <Value value={state.ready} digits={0} />
      </dd>
    </div>
  );
}

/** A number, or a dash whose reason is below the cards. */
function Value({ value, digits }: { value: number | null; digits: number }) {
  if (value !== null) {
    return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  return (
    <>
      <span aria-hidden>–</span>
      <VisuallyHidden>not known</VisuallyHidden>
    </>
  );
}
