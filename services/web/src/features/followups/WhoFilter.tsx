import { Select } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useLabelOf, usePeopleInScope, withReports } from "@/features/people";
import { useMe } from "@/api/session";
import { t } from "@/i18n";

interface Props {
  who: string;
  change: (who: string) => void;
}

export function WhoFilter({ who, change }: Props) {
  const me = useMe();
  const labelOf = useLabelOf();
  const inSight = usePeopleInScope();
  const people = inSight.filter(({ id }) => id !== me.id);
  return (
    <Select
      aria-label={t.followUps.whose}
      w={{ base: 140, xs: 220 }}
      leftSection={<IconUsers size={15} />}
      data={[
        { value: "all", label: t.followUps.everyone },
        { value: "me", label: t.followUps.mine },
        { value: "team", label: t.followUps.team },
        ...(people.length > 0
          ? [{ group: t.common.people, items: people.map((one) => ({ value: String(one.id), label: labelOf(one) })) }]
          : []),
        { group: t.followUps.withReports, items: withReports(inSight).map((one) => ({ value: `line:${one.id}`, label: t.followUps.andLine(labelOf(one)) })) },
      ]}
      value={who}
      onChange={(next) => change(next ?? "all")}
      allowDeselect={false}
      searchable
      nothingFoundMessage={t.common.nobodyByName}
      comboboxProps={{ width: 240, position: "bottom-start" }}
    />
  );
}
