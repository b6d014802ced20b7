import { Menu } from "@mantine/core";
import {
  IconCalendarPlus,
  IconChecklist,
  IconDots,
  IconHandGrab,
  IconHistory,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
  IconZzz,
} from "@tabler/icons-react";
import { lazy, Suspense, useLayoutEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { openCompletion } from "@/features/followups/completion";
import { openForm } from "@/features/followups/formRequest";
import { openHold, useEndable, useHold } from "@/features/followups/holding";
import { useRemove } from "@/features/followups/mutations";
import { needsReason } from "@/features/followups/rescheduling";
import { failed } from "@/components/toasts";
import { useMove } from "@/features/followups/useMove";
import { useMay, useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { localTimeIn } from "@/time/zone";

const MoveDialog = lazy(() => import("@/features/followups/MoveDialog"));

/** A move that waits for its reason. */
interface PendingMove {
  dueAt: string;
  /** How the API asked for it. */
  problem?: Problem;
}

interface Props {
  followUp: FollowUp;
  /** Called once it is no more, to leave its own page. */
  onDeleted?: () => void;
}

/** What else one can do with a follow-up. The menu itself is made when it is opened. */
export function RowMenu({ followUp, onDeleted }: Props) {
  const [menuOpen, setMenuOpen] = useState(false);
  const [pendingMove, setPendingMove] = useState<PendingMove | null>(null);
  const target = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  // The button is another one with the menu and without it: the focus goes along.
  useLayoutEffect(() => {
    if (wasOpen.current && !menuOpen) target.current?.focus({ preventScroll: true });
    wasOpen.current = menuOpen;
  }, [menuOpen]);
  const button = (
    <IconButton
      ref={target}
      aria-label={t.followUps.moreNamed(followUp.title)}
      aria-haspopup="menu"
      onClick={() => setMenuOpen(true)}
    >
      <IconDots size={17} stroke={1.7} />
    </IconButton>
  );
  const dialog = pendingMove && <MoveDialog followUp={followUp} {...pendingMove} close={() => setPendingMove(null)} />;
  return (
    <>
      {menuOpen ? (
        <Menu defaultOpened position="bottom-end" width={220} onClose={() => setMenuOpen(false)} returnFocus={false}>
          <Menu.Target>{button}</Menu.Target>
          <Menu.Dropdown>
            <Items followUp={followUp} askReason={setPendingMove} onDeleted={onDeleted} />
          </Menu.Dropdown>
        </Menu>
      ) : (
        button
      )}
      <Suspense>{dialog}</Suspense>
    </>
  );
}

const LATER = [
  { label: t.rowMenu.tomorrow, days: 1 },
  { label: t.rowMenu.inThreeDays, days: 3 },
  { label: t.rowMenu.inAWeek, days: 7 },
];

interface ItemsProps extends Props {
  /** Opens the dialog that asks for a reason. */
  askReason: (move: PendingMove) => void;
}

function Items({ followUp, askReason, onDeleted }: ItemsProps) {
  const { time_zone: zone } = useMe();
  const mayDelete = useMay("follow-ups:delete");
  const move = useMove();
  const remove = useRemove();
  const hold = useHold();
  const endable = useEndable(followUp);
  const open = followUp.status === "open";

  function moveTo(days: number) {
    const dueAt = localTimeIn(days, "09:00", zone, now());
    if (followUp.escalated) askReason({ dueAt });
    else move(followUp, dueAt).catch((error: unknown) => refuse(error, dueAt));
  }

  /** It may have been escalated since it was loaded: then it is asked for the reason now. */
  function refuse(error: unknown, dueAt: string) {
    if (needsReason(error)) askReason({ dueAt, problem: error });
    else failed(t.changes.notMoved(isolate(followUp.title)), error);
  }

  return (
    <>
      <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => openForm({ followUp })}>
        {t.rowMenu.edit}
      </Menu.Item>
      {open && (
        <Menu.Item leftSection={<IconChecklist size={16} />} onClick={() => openCompletion(followUp)}>
          {t.completing.open}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconHistory size={16} />} component={Link} to={`/followups/${followUp.id}`}>
        {t.rowMenu.history}
      </Menu.Item>
      {open && <Menu.Label>{t.holds.menu}</Menu.Label>}
      {open && !followUp.acknowledged_by && (
        <Menu.Item leftSection={<IconHandGrab size={16} />} onClick={() => hold.mutate({ followUp, action: "acknowledge" })}>
          {t.holds.acknowledge}
        </Menu.Item>
      )}
      {open && (
        <Menu.Item leftSection={<IconZzz size={16} />} onClick={() => openHold(followUp, "snooze")}>
          {t.holds.openSnooze}
        </Menu.Item>
      )}
      {open && (
        <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => openHold(followUp, "wait")}>
          {t.holds.openWait}
        </Menu.Item>
      )}
      {open &&
        endable.map((each) => (
          <Menu.Item key={each.id} leftSection={<IconPlayerPlay size={16} />} onClick={() => hold.mutate({ followUp, action: "resume", hold: each })}>
            {t.holds.end[each.kind]}
          </Menu.Item>
        ))}
      {open && <Menu.Label>{followUp.level ? t.rowMenu.rescheduleEscalated : t.rowMenu.reschedule}</Menu.Label>}
      {open &&
        LATER.map(({ label, days }) => (
          <Menu.Item key={days} leftSection={<IconCalendarPlus size={16} />} onClick={() => moveTo(days)}>
            {label}
          </Menu.Item>
        ))}
      {mayDelete && <Menu.Divider />}
      {mayDelete && (
        <Menu.Item
          leftSection={<IconTrash size={16} />}
          c="var(--level-3)"
          onClick={() =>
            openConfirmDialog({
              title: t.changes.askDelete(isolate(followUp.title)),
              text: t.changes.askDeleteText,
              confirmLabel: t.common.delete,
              onConfirm: () => {
                remove.mutate(followUp);
                onDeleted?.();
              },
            })
          }
        >
          {t.common.delete}
        </Menu.Item>
      )}
    </>
  );
}
