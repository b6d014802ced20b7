import { ActionIcon, Checkbox, Tooltip } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Escalation } from "@/api/types";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { SubjectLink } from "@/components/SubjectLink";
import { CompleteButton } from "@/features/followups/CompleteButton";
import { openForm } from "@/features/followups/formRequest";
import { RowMenu } from "@/features/followups/RowMenu";
import { useSelection } from "@/features/followups/SelectionProvider";
import classes from "./EscalationRow.module.css";

export function EscalationRow({ escalation }: { escalation: Escalation }) {
  const { id, title, subject, assignee, manager, due_at: dueAt, sla_breach: breach } = escalation;
  const { chosen, toggle } = useSelection();
  return (
    <div className={classes.row} data-ticked={chosen.has(id) || undefined} data-follow-up={id}>
      <Checkbox
        size="xs"
        className={classes.tick}
        aria-label={`Select ${title}`}
        checked={chosen.has(id)}
        onChange={() => toggle(escalation)}
      />
      <span className={classes.done}>
        <CompleteButton followUp={escalation} />
      </span>
      <div className={classes.what}>
        <Link to={`/followups/${id}`} className={`quiet ${classes.title}`}>
          {title}
        </Link>
        <span className={classes.subject}>
          {subject ? <SubjectLink subject={subject} /> : <span className={classes.nobody}>No lead or client</span>}
        </span>
      </div>
      <span className={classes.people}>
        <Person name={assignee.name} inactive={!assignee.active} />
        <span className={classes.manager}>{manager ? `Manager: ${manager.name}` : "No manager"}</span>
      </span>
      <span className={classes.when} data-breach={breach}>
        <RelativeTime at={dueAt} as="due" />
      </span>
      <span className={classes.actions}>
        <Tooltip label="Edit, reassign or reschedule">
          <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${title}`} onClick={() => openForm({ followUp: escalation })}>
            <IconPencil size={16} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <RowMenu followUp={escalation} />
      </span>
    </div>
  );
}
