import { IconEye, IconPencil, IconRotate2 } from "@tabler/icons-react";
import { memo } from "react";
import { useAway } from "@/api/away";
import { DEFAULT_OUTCOME, useOutcomeLabel } from "@/api/outcomes";
import type { FollowUp, View } from "@/api/types";
import { Badge } from "@/components/Badge";
import { isolate } from "@/components/bidi";
import { WorkingOverdue } from "@/components/WorkingOverdue";
import { IconButton } from "@/components/IconButton";
import { LevelBadge } from "@/components/LevelBadge";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { Row, RowTime } from "@/components/Row";
import { UserText } from "@/components/UserText";
import { confirmReopen } from "@/features/followups/confirmReopen";
import { PriorityMark, RepeatMark, RowFacts } from "@/features/followups/Facts";
import { CompleteButton } from "@/features/followups/CompleteButton";
import { openForm } from "@/features/followups/formRequest";
import { useReopen } from "@/features/followups/mutations";
import { rescheduledText } from "@/features/followups/rescheduling";
import { RowMenu } from "@/features/followups/RowMenu";
import { useSelection } from "@/features/followups/SelectionProvider";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import classes from "./FollowUpRow.module.css";

interface Props {
  followUp: FollowUp;
  view: View;
}

export function FollowUpRow({ followUp, view }: Props) {
  const { chosen, all, toggle } = useSelection();
  const me = useMe();
  const away = useAway().get(followUp.assignee_id);
  return (
    <Line
      followUp={followUp}
      view={view}
      away={away}
      mine={followUp.assignee_id === me.id}
      moved={rescheduledText(followUp, me.time_zone, now())}
      ticked={chosen.has(followUp.id) || all?.view === view}
      toggle={toggle}
    />
  );
}

interface LineProps extends Props {
  /** A phone has room for others' names only. */
  mine: boolean;
  /** Until when the assignee is away. */
  away: string | undefined;
  /** How often it was moved, in words. */
  moved: string | null;
  ticked: boolean;
  toggle: (followUp: FollowUp, range: boolean) => void;
}

const Line = memo(function Line({ followUp, view, mine, away, moved, ticked, toggle }: LineProps) {
  const { id, title, subject, assignee } = followUp;
  return (
    <Row
      id={id}
      title={title}
      mark={
        <>
          <PriorityMark priority={followUp.priority} />
          <RepeatMark followUp={followUp} />
        </>
      }
      subject={subject}
      note={moved}
      facts={<RowFacts followUp={followUp} />}
      ticked={ticked}
      toggle={followUp.may_change ? (range) => toggle(followUp, range) : null}
      done={followUp.may_change && <Done followUp={followUp} view={view} />}
      actions={followUp.may_change ? <Actions followUp={followUp} /> : <ReadOnly name={assignee.name} />}
      className={classes.row}
    >
      <span className={classes.who} data-mine={mine || undefined}>
        <Person name={assignee.name} inactive={!assignee.active} away={away} />
      </span>
      <span className={classes.level}>
        {view === "completed" && followUp.outcome ? <Outcome name={followUp.outcome} /> : <LevelBadge {...followUp} />}
      </span>
      <When followUp={followUp} view={view} />
    </Row>
  );
});

function Done({ followUp, view }: Props) {
  return view === "completed" ? <ReopenButton followUp={followUp} /> : <CompleteButton followUp={followUp} />;
}

function Actions({ followUp }: { followUp: FollowUp }) {
  return (
    <>
      <IconButton aria-label={t.common.editNamed(followUp.title)} onClick={() => openForm({ followUp })} data-edit>
        <IconPencil size={16} stroke={1.7} />
      </IconButton>
      <RowMenu followUp={followUp} />
    </>
  );
}

/** In place of what one could do. @param name whose it is */
function ReadOnly({ name }: { name: string }) {
  const why = t.followUps.readOnly(isolate(name));
  return (
    <span role="img" aria-label={why} title={why} className={classes.readOnly}>
      <IconEye size={17} stroke={1.7} aria-hidden />
    </span>
  );
}

/** What came of it; that it is done says its list. */
function Outcome({ name }: { name: string }) {
  const label = useOutcomeLabel(name === DEFAULT_OUTCOME ? "" : name);
  return label === "" ? null : (
    <Badge>
      <UserText>{label}</UserText>
    </Badge>
  );
}

function When({ followUp, view }: Props) {
  if (view === "completed" && followUp.completed_at) {
    return (
      <RowTime
        data-view={view}
        words={<RelativeTime at={followUp.completed_at} as="ago" />}
        exact={
          <>
            <span>{t.followUps.completedAt}</span>
            <RelativeTime at={followUp.completed_at} as="day" />
          </>
        }
      />
    );
  }
  return (
    <RowTime
      data-view={view}
      data-waiting={followUp.waiting_until === null ? undefined : true}
      words={<RelativeTime at={followUp.due_at} as="due" />}
      exact={
        <>
          <WorkingOverdue {...followUp} />
          {!followUp.working_overdue && <RelativeTime at={followUp.due_at} as="calendar" />}
        </>
      }
    />
  );
}

function ReopenButton({ followUp }: { followUp: FollowUp }) {
  const reopen = useReopen();
  return (
    <IconButton
      aria-label={t.followUps.reopenNamed(followUp.title)}
      disabled={reopen.isPending}
      onClick={() => confirmReopen(followUp, () => reopen.mutate(followUp))}
    >
      <IconRotate2 size={17} stroke={1.7} />
    </IconButton>
  );
}
