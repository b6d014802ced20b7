import { IconPencil } from "@tabler/icons-react";
import { memo } from "react";
import { useAway } from "@/api/away";
import type { Escalation } from "@/api/types";
import { WorkingOverdue } from "@/components/WorkingOverdue";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { Row, RowTime } from "@/components/Row";
import { CompleteButton, openForm, PriorityMark, RowFacts, RowMenu, useSelection } from "@/features/followups";
import { t } from "@/i18n";
import classes from "./EscalationRow.module.css";

export function EscalationRow({ escalation }: { escalation: Escalation }) {
  const { chosen, toggle } = useSelection();
  const away = useAway().get(escalation.assignee_id);
  return <Line escalation={escalation} away={away} ticked={chosen.has(escalation.id)} toggle={toggle} />;
}

interface LineProps {
  escalation: Escalation;
  /** Until when the assignee is away. */
  away: string | undefined;
  ticked: boolean;
  toggle: (escalation: Escalation, range: boolean) => void;
}

const Line = memo(function Line({ escalation, away, ticked, toggle }: LineProps) {
  const { id, title, subject, assignee, manager, due_at: dueAt, sla_breach: breach } = escalation;
  return (
    <Row
      id={id}
      title={title}
      mark={<PriorityMark priority={escalation.priority} />}
      subject={subject}
      facts={<RowFacts followUp={escalation} />}
      ticked={ticked}
      toggle={(range) => toggle(escalation, range)}
      done={<CompleteButton followUp={escalation} />}
      actions={
        <>
          <IconButton
            aria-label={t.common.editNamed(title)}
            title={t.escalations.editHint}
            onClick={() => openForm({ followUp: escalation })}
            data-edit
          >
            <IconPencil size={16} stroke={1.7} />
          </IconButton>
          <RowMenu followUp={escalation} />
        </>
      }
      className={classes.row}
    >
      <span className={classes.people}>
        <Person name={assignee.name} inactive={!assignee.active} away={away} />
        <span className={classes.manager}>{manager ? t.escalations.manager(isolate(manager.name)) : t.escalations.noManager}</span>
      </span>
      <RowTime
        data-breach={breach}
        data-waiting={escalation.waiting_until === null ? undefined : true}
        words={<RelativeTime at={dueAt} as="due" />}
        exact={
          <>
            <WorkingOverdue {...escalation} />
            {!escalation.working_overdue && <RelativeTime at={dueAt} as="day" />}
          </>
        }
      />
    </Row>
  );
});
