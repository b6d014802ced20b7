import { ActionIcon, Group } from "@mantine/core";
import { IconCornerDownRight, IconPencil } from "@tabler/icons-react";
import { useAway } from "@/api/away";
import type { User } from "@/api/types";
import { Badge } from "@/components/Badge";
import { Person } from "@/components/Person";
import { ActionCell, Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { HandOverButton } from "@/features/handovers";
import type { TreeRow } from "@/features/people/tree";
import { t } from "@/i18n";
import { words } from "@/i18n/people";
import classes from "./PeopleTable.module.css";

const COLUMNS = [
  { name: words.columns.name },
  { name: words.columns.email },
  { name: words.columns.role },
  { name: words.columns.zone },
  { name: words.columns.edit, silent: true },
];

const TONES = { employee: "quiet", manager: "warning", admin: "accent" } as const;

interface Props {
  rows: readonly TreeRow[];
  edit: (person: User) => void;
}

export function PeopleTable({ rows, edit }: Props) {
  const away = useAway();
  return (
    <StackedTable verticalSpacing={7} highlightOnHover columns={COLUMNS} aria-label={words.title}>
      {rows.map(({ person, depth }) => (
        <StackedRow key={person.id} className={person.active ? undefined : classes.inactive}>
          <Cell wide>
            <span className={classes.name} style={{ paddingLeft: depth * 22 }}>
              {depth > 0 && <IconCornerDownRight size={14} className={classes.branch} aria-hidden />}
              <Person name={person.name} inactive={!person.active} away={away.get(person.id)} wide />
            </span>
          </Cell>
          <Cell of={words.columns.email} wide>
            {person.email}
          </Cell>
          <Cell of={words.columns.role}>
            <Badge className={classes.role} tone={TONES[person.role]}>
              {person.is_person ? person.role : words.account}
            </Badge>
          </Cell>
          <Cell of={words.columns.zone}>{person.time_zone}</Cell>
          <ActionCell>
            <Group gap={4} wrap="nowrap" justify="flex-end">
              <HandOverButton person={person} />
              <ActionIcon variant="subtle" color="gray" aria-label={t.common.editNamed(person.name)} onClick={() => edit(person)}>
                <IconPencil size={16} stroke={1.7} />
              </ActionIcon>
            </Group>
          </ActionCell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}
