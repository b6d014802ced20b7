import { useQuery } from "@tanstack/react-query";
import type { User } from "@/api/types";
import { EditConflictDialog } from "@/components/EditConflictDialog";
import { labelOf } from "@/features/people/people";
import { calendarsQuery } from "@/features/calendars";
import { draftOf, type PersonDraft } from "@/features/people/personDraft";
import { t } from "@/i18n";
import { words } from "@/i18n/people";

interface Props {
  mine: PersonDraft;
  theirs: User;
  people: readonly User[];
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
  back: () => void;
}

const LABELS = {
  name: words.name,
  email: words.email,
  role: words.role,
  manager_id: words.manager,
  active: words.active,
  time_zone: words.zone,
  calendar_id: words.calendar,
};

/** Somebody else saved this person first. */
export function PersonConflict({ mine, theirs, people, ...choices }: Props) {
  const { data: calendars = [] } = useQuery(calendarsQuery);
  const valueOf = (draft: PersonDraft, field: keyof typeof LABELS): string => {
    if (field === "active") return draft.active ? words.yes : words.no;
    if (field === "calendar_id") return calendars.find(({ id }) => id === draft.calendar_id)?.name ?? words.calendarAbove;
    if (field !== "manager_id") return draft[field];
    if (draft.manager_id === null) return t.person.nobody;
    const manager = people.find(({ id }) => id === draft.manager_id);
    return manager ? labelOf(manager) : words.numbered(draft.manager_id);
  };
  const other = draftOf(theirs);
  const fields = (Object.keys(LABELS) as (keyof typeof LABELS)[]).map((field) => ({
    field,
    label: LABELS[field],
    mine: valueOf(mine, field),
    theirs: valueOf(other, field),
  }));
  const password = { field: "password", label: words.password, mine: words.newOne, theirs: words.asItIs };
  return <EditConflictDialog fields={mine.password ? [...fields, password] : fields} {...choices} />;
}
