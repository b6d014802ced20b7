import { ActionIcon } from "@mantine/core";
import { IconCornerDownRight, IconPencil } from "@tabler/icons-react";
import type { User } from "@/api/types";
import { Person } from "@/components/Person";
import { ActionCell, Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import type { TreeRow } from "@/features/people/tree";
import classes from "./PeopleTable.module.css";

const COLUMNS = [
  { name: "Name" },
  { name: "E-mail" },
  { name: "Role" },
  { name: "Time zone" },
  { name: "Edit", silent: true },
];

interface Props {
  rows: readonly TreeRow[];
  edit: (person: User) => void;
}

export function PeopleTable({ rows, edit }: Props) {
  return (
    <StackedTable verticalSpacing={7} highlightOnHover columns={COLUMNS} aria-label="People">
      {rows.map(({ person, depth }) => (
        <StackedRow key={person.id} className={person.active ? undefined : classes.inactive}>
          <Cell wide>
            <span className={classes.name} style={{ paddingLeft: depth * 22 }}>
              {depth > 0 && <IconCornerDownRight size={14} className={classes.branch} aria-hidden />}
              <Person name={person.name} inactive={!person.active} />
            </span>
          </Cell>
          <Cell of="E-mail" wide>
            {person.email}
          </Cell>
          <Cell of="Role">
            <span className={classes.role} data-role={person.role}>
              {person.role}
            </span>
          </Cell>
          <Cell of="Time zone">{person.time_zone}</Cell>
          <ActionCell>
            <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${person.name}`} onClick={() => edit(person)}>
              <IconPencil size={16} stroke={1.7} />
            </ActionIcon>
          </ActionCell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}
