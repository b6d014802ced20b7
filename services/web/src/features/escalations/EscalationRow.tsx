import { IconPencil } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Escalation } from "@/api/types";
import { HoursOverdue } from "@/components/HoursOverdue";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { UserText } from "@/components/UserText";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { SubjectLink } from "@/components/SubjectLink";
import { RowCheckbox } from "@/components/RowCheckbox";
import { CompleteButton, openForm, RowMenu, useSelection } from "@/features/followups";
import { t } from "@/i18n";
import classes from "./EscalationRow.module.css";

export function EscalationRow({ escalation }: { escalation: Escalation }) {
  const { chosen, toggle } = useSelection();
  return <Row escalation={escalation} ticked={chosen.has(escalation.id)} toggle={toggle} />;
}

interface RowProps {
  escalation: Escalation;
  ticked: boolean;
  toggle: (escalation: Escalation, range: boolean) => void;
}

const Row = memo(function Row({ escalation, ticked, toggle }: RowProps) {
  const { id, title, subject, assignee, manager, due_at: dueAt, sla_breach: breach } = escalation;
  return (
    <div className={classes.row} data-ticked={ticked || undefined} data-row={`follow-up-${id}`}>
      <RowCheckbox
        label={t.followUps.selectNamed(title)}
        className={classes.tick}
        checked={ticked}
        onChange={(_, shift) => toggle(escalation, shift)}
      />
      <span className={classes.done}>
        <CompleteButton followUp={escalation} />
      </span>
      <div className={classes.what}>
        <Link to={`/followups/${id}`} className={`quiet ${classes.title}`} data-title>
          <UserText>{title}</UserText>
        </Link>
        <span className={classes.subject}>
          {subject ? <SubjectLink subject={subject} /> : <span className={classes.nobody}>{t.followUps.noSubject}</span>}
        </span>
      </div>
      <span className={classes.people}>
        <Person name={assignee.name} inactive={!assignee.active} />
        <span className={classes.manager}>{manager ? t.escalations.manager(isolate(manager.name)) : t.escalations.noManager}</span>
      </span>
      <span className={classes.when} data-breach={breach}>
        <RelativeTime at={dueAt} as="due" />
        <span className={classes.exact}>
          <HoursOverdue dueAt={dueAt} />
          <RelativeTime at={dueAt} as="day" />
        </span>
      </span>
      <span className={classes.actions}>
        <IconButton
          aria-label={t.common.editNamed(title)}
          title={t.escalations.editHint}
          onClick={() => openForm({ followUp: escalation })}
          data-edit
        >
          <IconPencil size={16} stroke={1.7} />
        </IconButton>
        <RowMenu followUp={escalation} />
      </span>
    </div>
  );
});
