import { VisuallyHidden } from "@mantine/core";
import type { QueueState, ServiceQueues } from "@/api/types";
import { Sparkline } from "@/features/ops/Sparkline";
import { number } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./QueueCard.module.css";

interface Props extends ServiceQueues {
  /** Messages that were ready, sample by sample. */
  history: readonly (number | null)[];
}

/** A service's queue: what waits, who takes it, and the two queues beside it. */
export function QueueCard({ service, main, delayed, dead, history }: Props) {
  const unattended = main.consumers === 0;
  return (
    <article className={classes.card} aria-label={words.ops.queue(service)} data-alarming={unattended || undefined}>
      <header className={classes.head}>
        <h3 className={classes.name}>{main.name}</h3>
        <Consumers amount={main.consumers} />
      </header>
      <dl className={classes.figures}>
        <Figure name={words.ops.ready} value={main.ready} large />
        <Figure name={words.ops.unacked} value={main.unacknowledged} />
        <Figure name={words.ops.in} value={main.publish_rate} digits={1} />
        <Figure name={words.ops.out} value={main.deliver_rate} digits={1} />
      </dl>
      <Sparkline label={words.ops.readyIn(main.name)} values={history} alarming={unattended} />
      <dl className={classes.beside}>
        <SecondaryQueue state={delayed} meaning={words.ops.delayed} />
        <SecondaryQueue state={dead} meaning={words.ops.dead} />
      </dl>
    </article>
  );
}

function Consumers({ amount }: { amount: number | null }) {
  const state = amount === null ? "unknown" : amount === 0 ? "none" : "some";
  const said = { unknown: words.ops.consumersUnknown, none: words.ops.nobodyConsumes, some: words.ops.consuming(amount ?? 0) }[state];
  return (
    <span className={classes.consumers} data-state={state}>
      {said}
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

function SecondaryQueue({ state, meaning }: { state: QueueState; meaning: string }) {
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
    return number(value, digits);
  }
  return (
    <>
      <span aria-hidden>–</span>
      <VisuallyHidden>{words.ops.unknown}</VisuallyHidden>
    </>
  );
}
