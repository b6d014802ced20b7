import type { User } from "@/api/types";
import { EditConflictDialog } from "@/components/EditConflictDialog";
import { labelOf } from "@/features/people/people";
import { draftOf, type PersonDraft } from "@/features/people/personDraft";

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
  name: "Name",
  email: "E-mail",
  role: "Role",
  manager_id: "Manager",
  active: "Active",
  time_zone: "Time zone",
} as const;

/** Somebody else saved this person first. */
export function PersonConflict({ mine, theirs, people, ...choices }: Props) {
  const said = (draft: PersonDraft, field: keyof typeof LABELS): string => {
    if (field === "active") return draft.active ? "Yes" : "No";
    if (field !== "manager_id") return draft[field];
    if (draft.manager_id === null) return "Nobody";
    const manager = people.find(({ id }) => id === draft.manager_id);
    return manager ? labelOf(manager) : `User ${draft.manager_id}`;
  };
  const other = draftOf(theirs);
  const fields = (Object.keys(LABELS) as (keyof typeof LABELS)[]).map((field) => ({
    field,
    label: LABELS[field],
    mine: said(mine, field),
    theirs: said(other, field),
  }));
  const password = { field: "password", label: "Password", mine: "A new one", theirs: "As it is there" };
  return <EditConflictDialog fields={mine.password ? [...fields, password] : fields} {...choices} />;
}
