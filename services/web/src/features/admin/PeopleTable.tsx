import { ActionIcon, Table } from "@mantine/core";
import { IconCornerDownRight, IconPencil } from "@tabler/icons-react";
import type { User } from "@/api/types";
import { Person } from "@/components/Person";
import type { Placed } from "@/features/admin/tree";
import classes from "./PeopleTable.module.css";

interface Props {
  rows: readonly Placed[];
  edit: (person: User) => void;
}

export function PeopleTable({ rows, edit }: Props) {
  return (
    <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={7} highlightOnHover aria-label="People">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>E-mail</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Time zone</Table.Th>
            <Table.Th>
              <span className={classes.hidden}>Edit</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ person, depth }) => (
            <Table.Tr key={person.id} className={person.active ? undefined : classes.inactive}>
              <Table.Td>
                <span className={classes.name} style={{ paddingLeft: depth * 22 }}>
                  {depth > 0 && <IconCornerDownRight size={14} className={classes.branch} aria-hidden />}
                  <Person name={person.name} inactive={!person.active} />
                </span>
              </Table.Td>
              <Table.Td>{person.email}</Table.Td>
              <Table.Td>
                <span className={classes.role} data-role={person.role}>
                  {person.role}
                </span>
              </Table.Td>
              <Table.Td>{person.time_zone}</Table.Td>
              <Table.Td ta="right">
                <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${person.name}`} onClick={() => edit(person)}>
                  <IconPencil size={16} stroke={1.7} />
                </ActionIcon>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
