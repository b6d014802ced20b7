import { useQuery } from "@tanstack/react-query";
import { useKindChoices } from "@/api/kinds";
import type { FollowUp } from "@/api/types";
import { EditConflictDialog } from "@/components/EditConflictDialog";
import { valueBody } from "@/features/followups/facts";
import { draftOf, type Draft } from "@/features/followups/draft";
import { peopleQuery } from "@/features/people";
import { useMe } from "@/api/session";
import { money, t } from "@/i18n";
import { inZone } from "@/time/format";

interface Props {
  mine: Draft;
  theirs: FollowUp;
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
  back?: () => void;
}

type Shown = Exclude<keyof Draft, "reason" | "repeats">;

const LABELS: Record<Shown, string> = t.form.conflict;

/** Somebody else saved first: both versions side by side, and the choice between them. */
export function FollowUpConflict({ mine, theirs, ...choices }: Props) {
  const { time_zone: zone } = useMe();
  const { data: people } = useQuery(peopleQuery);
  const kinds = useKindChoices(theirs.kind);
  const other = draftOf(theirs);

  function valueOf(draft: Draft, field: Shown): string {
    if (field === "due_at") return draft.due_at ? inZone(draft.due_at, zone) : "";
    if (field === "subject") return draft.subject?.name ?? t.person.nobody;
    if (field === "assignee_id") {
      return people?.find(({ id }) => id === draft.assignee_id)?.name ?? theirs.assignee.name;
    }
    if (field === "kind") return kinds.find(({ value }) => value === draft.kind)?.label ?? draft.kind;
    if (field === "priority") return t.facts.priorities[draft.priority];
    if (field === "tags") return draft.tags.join(", ") || t.common.empty;
    if (field === "value") return valueInWords(draft);
    return draft[field] || t.common.empty;
  }

  const fields = (Object.keys(LABELS) as Shown[]).map((field) => ({
    field,
    label: LABELS[field],
    mine: valueOf(mine, field),
    theirs: valueOf(other, field),
  }));

  return (
    <EditConflictDialog
      fields={fields}
      note={theirs.status === "completed" ? t.form.completedMeanwhile : undefined}
      {...choices}
    />
  );
}

function valueInWords({ value }: Draft): string {
  const body = valueBody(value);
  return body ? money(body.amount, body.currency) : t.common.empty;
}
