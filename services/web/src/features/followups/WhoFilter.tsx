import { Select } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { labelOf, usePeopleInScope, withReports } from "@/features/people";
import { useMe } from "@/api/session";

interface Props {
  who: string;
  change: (who: string) => void;
}

export function WhoFilter({ who, change }: Props) {
  const me = useMe();
  const inSight = usePeopleInScope();
  const people = inSight.filter(({ id }) => id !== me.id);
  return (
    <Select
      aria-label="Whose follow-ups"
      w={{ base: 140, xs: 220 }}
      leftSection={<IconUsers size={15} />}
      data={[
        { value: "all", label: "Everyone" },
        { value: "me", label: "Mine" },
        { value: "team", label: "My team" },
        ...(people.length > 0
          ? [{ group: "People", items: people.map((one) => ({ value: String(one.id), label: labelOf(one) })) }]
          : []),
        { group: "With everyone below", items: withReports(inSight).map((one) => ({ value: `line:${one.id}`, label: `${labelOf(one)} and their line` })) },
      ]}
      value={who}
      onChange={(next) => change(next ?? "all")}
      allowDeselect={false}
      searchable
      nothingFoundMessage="Nobody by that name"
      comboboxProps={{ width: 240, position: "bottom-start" }}
    />
  );
}
