import { Menu } from "@mantine/core";
import { IconCalendarPlus, IconDots, IconHistory, IconPencil, IconTrash } from "@tabler/icons-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { FollowUp } from "@/api/types";
import { askFirst } from "@/components/askFirst";
import { IconButton } from "@/components/IconButton";
import { isolated } from "@/components/isolated";
import { openForm } from "@/features/followups/formRequest";
import { useEdit, useRemove, useUndo } from "@/features/followups/mutations";
import { failed, withUndo } from "@/features/followups/toasts";
import { useMe } from "@/features/session/session";
import { now } from "@/time/clock";
import { calendar } from "@/time/words";
import { localTimeIn } from "@/time/zone";

interface Props {
  followUp: FollowUp;
  /** Called once it is no more, to leave its own page. */
  onDeleted?: () => void;
}

/** What else one can do with a follow-up. The menu itself is made when it is opened. */
export function RowMenu({ followUp, onDeleted }: Props) {
  const [armed, setArmed] = useState(false);
  const target = useRef<HTMLButtonElement>(null);
  const wasArmed = useRef(false);
  // The button is another one with the menu and without it: the focus goes along.
  useLayoutEffect(() => {
    if (wasArmed.current && !armed) target.current?.focus({ preventScroll: true });
    wasArmed.current = armed;
  }, [armed]);
  const button = (
    <IconButton
      ref={target}
      aria-label={`More about ${followUp.title}`}
      aria-haspopup="menu"
      onClick={() => setArmed(true)}
    >
      <IconDots size={17} stroke={1.7} />
    </IconButton>
  );
  if (!armed) return button;
  return (
    <Menu defaultOpened position="bottom-end" width={220} onClose={() => setArmed(false)} returnFocus={false}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Items followUp={followUp} onDeleted={onDeleted} />
      </Menu.Dropdown>
    </Menu>
  );
}

const LATER = [
  { label: "Tomorrow, 09:00", days: 1 },
  { label: "In 3 days, 09:00", days: 3 },
  { label: "In a week, 09:00", days: 7 },
];

function Items({ followUp, onDeleted }: Props) {
  const { time_zone: zone } = useMe();
  const edit = useEdit();
  const undo = useUndo();
  const remove = useRemove();
  const open = followUp.status === "open";

  function moveTo(days: number) {
    const dueAt = localTimeIn(days, "09:00", zone, now());
    // A promise: the menu is gone before the answer comes, and its own callbacks with it.
    edit.mutateAsync({ id: followUp.id, etag: followUp.etag, changes: { due_at: dueAt } }).then(
      (moved) => withUndo(`Moved to ${calendar(dueAt, zone, now())}`, () => undo.mutate({ followUp: moved })),
      (error: unknown) => failed(`“${isolated(followUp.title)}” was not moved`, error),
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
            title: `Delete “${isolated(followUp.title)}”?`,
            text: "Its history goes with it. This cannot be undone.",
            action: "Delete",
            go: () => {
              remove.mutate(followUp);
              onDeleted?.();
            },
          })
        }
      >
        Delete
      </Menu.Item>
    </>
  );
}
