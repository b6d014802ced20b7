import { Menu } from "@mantine/core";
import { IconCalendarPlus, IconDots, IconHistory, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { FollowUp } from "@/api/types";
import { askFirst } from "@/components/askFirst";
import { IconButton } from "@/components/IconButton";
import { openForm } from "@/features/followups/formRequest";
import { useEdit, useRemove } from "@/features/followups/mutations";
import { done, failed } from "@/features/followups/toasts";
import { useMe } from "@/features/session/session";
import { now } from "@/time/clock";
import { calendar } from "@/time/words";
import { localTimeIn } from "@/time/zone";

/** What else one can do with a follow-up. The menu itself is made when it is first opened. */
export function RowMenu({ followUp }: { followUp: FollowUp }) {
  const [armed, setArmed] = useState(false);
  const button = (
    <IconButton
      aria-label={`More about ${followUp.title}`}
      aria-haspopup="menu"
      onClick={() => setArmed(true)}
    >
      <IconDots size={17} stroke={1.7} />
    </IconButton>
  );
  if (!armed) return button;
  return (
    <Menu defaultOpened position="bottom-end" width={220} onClose={() => setArmed(false)} returnFocus>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Items followUp={followUp} />
      </Menu.Dropdown>
    </Menu>
  );
}

const LATER = [
  { label: "Tomorrow, 09:00", days: 1 },
  { label: "In 3 days, 09:00", days: 3 },
  { label: "In a week, 09:00", days: 7 },
];

function Items({ followUp }: { followUp: FollowUp }) {
  const { time_zone: zone } = useMe();
  const edit = useEdit();
  const remove = useRemove();
  const open = followUp.status === "open";

  function moveTo(days: number) {
    const dueAt = localTimeIn(days, "09:00", zone, now());
    edit.mutate(
      { id: followUp.id, version: followUp.version, changes: { due_at: dueAt } },
      {
        onSuccess: () => done(`Moved to ${calendar(dueAt, zone, now())}`),
        onError: (error) => failed(`“${followUp.title}” was not moved`, error),
      },
    );
  }

  return (
    <>
      <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => openForm({ followUp })}>
        Edit or reassign
      </Menu.Item>
      <Menu.Item leftSection={<IconHistory size={16} />} component={Link} to={`/followups/${followUp.id}`}>
        History
      </Menu.Item>
      {open && <Menu.Label>Reschedule</Menu.Label>}
      {open &&
        LATER.map(({ label, days }) => (
          <Menu.Item key={days} leftSection={<IconCalendarPlus size={16} />} onClick={() => moveTo(days)}>
            {label}
          </Menu.Item>
        ))}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconTrash size={16} />}
        c="var(--level-3)"
        onClick={() =>
          askFirst({
            title: `Delete “${followUp.title}”?`,
            text: "Its history goes with it. This cannot be undone.",
            action: "Delete",
            go: () => remove.mutate(followUp),
          })
        }
      >
        Delete
      </Menu.Item>
    </>
  );
}
