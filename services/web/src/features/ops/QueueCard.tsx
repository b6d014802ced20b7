import { VisuallyHidden } from "@mantine/core";
import type { QueueState, ServiceQueues } from "@/api/types";
import { Sparkline } from "@/features/ops/Sparkline";
import { number, t } from "@/i18n";
import classes from "./QueueCard.module.css";

interface Props extends ServiceQueues {
  /** Messages that were ready, sample by sample. */
  history: readonly (number | null)[];
}

/** A service's queue: what waits, who takes it, and the two queues beside it. */
export function QueueCard({ service, main, delayed, dead, history }: Props) {
  const unattended = main.consumers === 0;
  return (
    <article className={classes.card} aria-label={t.ops.queue(service)} data-alarming={unattended || undefined}>
      <header className={classes.head}>
        <h3 className={classes.name}>{main.name}</h3>
        <Consumers amount={main.consumers} />
      </header>
      <dl className={classes.figures}>
        <Figure name={t.ops.ready} value={main.ready} large />
        <Figure name={t.ops.unacked} value={main.unacknowledged} />
        <Figure name={t.ops.in} value={main.publish_rate} digits={1} />
        <Figure name={t.ops.out} value={main.deliver_rate} digits={1} />
      </dl>
      <Sparkline label={t.ops.readyIn(main.name)} values={history} alarming={unattended} />
      <dl className={classes.beside}>
        <SecondaryQueue state={delayed} meaning={t.ops.delayed} />
        <SecondaryQueue state={dead} meaning={t.ops.dead} />
      </dl>
    </article>
  );
}

function Consumers({ amount }: { amount: number | null }) {
  const state = amount === null ? "unknown" : amount === 0 ? "none" : "some";
  const words = { unknown: t.ops.consumersUnknown, none: t.ops.nobodyConsumes, some: t.ops.consuming(amount ?? 0) }[state];
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
      <VisuallyHidden>{t.ops.unknown}</VisuallyHidden>
    </>
  );
}
