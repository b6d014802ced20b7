import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconListCheck, IconSitemap, IconTransfer } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { isolate } from "@/components/bidi";
import { HandOverDialog } from "@/features/handovers";
import { usePeopleInScope } from "@/features/people";
import { listOf, type Member } from "@/features/team/figures";
import { words } from "@/i18n/team";

interface Props {
  member: Member;
  /** Shows the team of this person. */
  showTeam: () => void;
}

/** What somebody above can do about the work of a person. */
export function MemberMenu({ member: { person, reports }, showTeam }: Props) {
  const [handing, setHanding] = useState(false);
  const whose = usePeopleInScope().find(({ id }) => id === person.id);
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={words.more(isolate(person.name))}>
            <IconDots size={18} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={listOf("open", person.id)} leftSection={<IconListCheck size={16} />}>
            {words.list}
          </Menu.Item>
          {whose && (
            <Menu.Item leftSection={<IconTransfer size={16} />} onClick={() => setHanding(true)}>
              {words.handOver}
            </Menu.Item>
          )}
          {reports > 0 && (
            <Menu.Item leftSection={<IconSitemap size={16} />} onClick={showTeam}>
              {words.line(reports)}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {handing && whose && <HandOverDialog person={whose} close={() => setHanding(false)} />}
    </>
  );
}
