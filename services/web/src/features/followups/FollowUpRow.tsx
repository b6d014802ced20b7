import { IconPencil, IconRotate2 } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";
import type { FollowUp, View } from "@/api/types";
import { HoursOverdue } from "@/components/HoursOverdue";
import { IconButton } from "@/components/IconButton";
import { LevelBadge } from "@/components/LevelBadge";
import { UserText } from "@/components/UserText";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { SubjectLink } from "@/components/SubjectLink";
import { RowCheckbox } from "@/components/RowCheckbox";
import { confirmReopen } from "@/features/followups/confirmReopen";
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
  return (
    <Row
      followUp={followUp}
      view={view}
      mine={followUp.assignee_id === me.id}
      moved={rescheduledText(followUp, me.time_zone, now())}
      ticked={chosen.has(followUp.id) || all?.view === view}
      toggle={toggle}
    />
  );
}

interface RowProps extends Props {
  /** A phone has room for others' names only. */
  mine: boolean;
  /** How often it was moved, in words. */
  moved: string | null;
  ticked: boolean;
  toggle: (followUp: FollowUp, range: boolean) => void;
}

const Row = memo(function Row({ followUp, view, mine, moved, ticked, toggle }: RowProps) {
  const { id, title, subject, assignee } = followUp;
  return (
    <div className={classes.row} data-ticked={ticked || undefined} data-row={`follow-up-${id}`}>
      <RowCheckbox
        label={t.followUps.selectNamed(title)}
        className={classes.tick}
        checked={ticked}
        onChange={(_, shift) => toggle(followUp, shift)}
      />
      {view === "completed" ? <ReopenButton followUp={followUp} /> : <CompleteButton followUp={followUp} />}
      <div className={classes.what}>
        <Link to={`/followups/${id}`} className={`quiet ${classes.title}`} data-title>
          <UserText>{title}</UserText>
        </Link>
        <span className={classes.subject}>
          {subject ? <SubjectLink subject={subject} /> : <span className={classes.nobody}>{t.followUps.noSubject}</span>}
          {moved && <span className={classes.moved}>{moved}</span>}
        </span>
      </div>
      <span className={classes.who} data-mine={mine || undefined}>
        <Person name={assignee.name} inactive={!assignee.active} />
      </span>
      <span className={classes.level}>
        <LevelBadge {...followUp} />
      </span>
      <When followUp={followUp} view={view} />
      <span className={classes.actions}>
        <IconButton aria-label={t.common.editNamed(title)} onClick={() => openForm({ followUp })} className={classes.edit} data-edit>
          <IconPencil size={16} stroke={1.7} />
        </IconButton>
        <RowMenu followUp={followUp} />
      </span>
    </div>
  );
});

function When({ followUp, view }: Props) {
  if (view === "completed" && followUp.completed_at) {
    return (
      <span className={classes.when} data-view={view}>
        <RelativeTime at={followUp.completed_at} as="ago" className={classes.words} />
        <span className={classes.exact}>
          <span>{t.followUps.completedAt}</span>
          <RelativeTime at={followUp.completed_at} as="day" />
        </span>
      </span>
    );
  }
  return (
    <span className={classes.when} data-view={view}>
      <RelativeTime at={followUp.due_at} as="due" className={classes.words} />
      <span className={classes.exact}>
        <HoursOverdue dueAt={followUp.due_at} />
        <RelativeTime at={followUp.due_at} as="calendar" />
      </span>
    </span>
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
