import { Anchor, Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCircle, IconCircleCheck, IconCircleDashed, IconCircleX, type Icon } from "@tabler/icons-react";
import { Link } from "react-router";
import { useMay } from "@/api/session";
import type { Enrolment, EnrolmentStep } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { UserText } from "@/components/UserText";
import { useStop } from "@/features/sequences/mutations";
import { enrolmentsQuery } from "@/features/sequences/queries";
import { words } from "@/i18n/sequences";
import classes from "./Enrolments.module.css";

/** The sequences that were started on a lead or client: what each did, and what it will do. */
export default function Enrolments({ subject }: { subject: number }) {
  const { data = [] } = useQuery(enrolmentsQuery({ subject_id: subject }));
  if (data.length === 0) return null;
  return (
    <section aria-label={words.title}>
      <Title order={2} mt="xl" mb={4}>
        {words.title}
      </Title>
      {data.map((enrolment) => (
        <One key={enrolment.id} enrolment={enrolment} />
      ))}
    </section>
  );
}

function One({ enrolment }: { enrolment: Enrolment }) {
  const stop = useStop();
  const mayDelete = useMay("follow-ups:delete");
  const { name, steps, ended_at: endedAt, may_change: mayChange } = enrolment;
  const ask = () =>
    openConfirmDialog({
      title: words.askStop(isolate(name)),
      text: mayDelete ? words.askStopText : words.askStopTextStays,
      confirmLabel: words.stop,
      onConfirm: () => stop.mutate(enrolment),
    });
  return (
    <article className={classes.one} aria-label={isolate(name)}>
      <header className={classes.head}>
        <div>
          <UserText className={classes.name}>{name}</UserText>
          <span className={classes.state}>{endedAt ? <Ended enrolment={enrolment} at={endedAt} /> : progress(steps)}</span>
        </div>
        {endedAt === null && mayChange && (
          <Button variant="default" size="xs" loading={stop.isPending} aria-label={words.stopIt(isolate(name))} onClick={ask}>
            {words.stop}
          </Button>
        )}
      </header>
      <ol className={classes.steps}>
        {steps.map((step, place) => (
          <Step key={place} step={step} over={endedAt !== null} />
        ))}
      </ol>
    </article>
  );
}

const progress = (steps: readonly EnrolmentStep[]) =>
  words.doneOf(steps.filter(({ state }) => state === "completed" || state === "deleted").length, steps.length);

function Ended({ enrolment: { ended_because: because, ended_by: by }, at }: { enrolment: Enrolment; at: string }) {
  const stopped = by ? words.stoppedBy(isolate(by.name)) : words.stoppedBySomebody;
  const text = because === "finished" ? words.finished : because === "outcome" ? words.endedByOutcome : stopped;
  return <Message text={text} parts={{ day: <RelativeTime at={at} as="onCalendar" /> }} />;
}

const ICONS: Record<EnrolmentStep["state"], Icon> = {
  open: IconCircle,
  completed: IconCircleCheck,
  deleted: IconCircleX,
  to_come: IconCircleDashed,
};

function Step({ step, over }: { step: EnrolmentStep; over: boolean }) {
  const Sign = ICONS[step.state];
  const state = step.state === "to_come" && over ? words.states.never : words.states[step.state];
  return (
    <li className={classes.step} data-state={step.state}>
      <Sign size={18} stroke={1.7} aria-hidden className={classes.sign} />
      <span className={classes.what}>
        {step.follow_up_id === null ? (
          <UserText>{step.title}</UserText>
        ) : (
          <Anchor component={Link} to={`/followups/${step.follow_up_id}`}>
            <UserText>{step.title}</UserText>
          </Anchor>
        )}
        <span className={classes.state}>
          {state}
          {step.due_at && step.state !== "completed" && (
            <>
              {" · "}
              <RelativeTime at={step.due_at} as="calendar" />
            </>
          )}
        </span>
      </span>
    </li>
  );
}
