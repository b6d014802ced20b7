import { Menu } from "@mantine/core";
import {
  IconCalendarPlus,
  IconCalendarTime,
  IconChecklist,
  IconDots,
  IconHandGrab,
  IconHistory,
  IconMail,
  IconPencil,
  IconPhone,
  IconPlayerPause,
  IconPlayerPlay,
  IconRepeatOff,
  IconTrash,
  IconUserShare,
  IconZzz,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { FollowUp } from "@/api/types";
import { mailtoOf, telOf } from "@/components/contact";
import { openConfirmDialog } from "@/components/confirm";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { assignRequest } from "@/features/followups/assigning";
import { openCompletion } from "@/features/followups/completion";
import { openForm } from "@/features/followups/formRequest";
import { openHold, useEndable, useHold } from "@/features/followups/holding";
import { useEndSeries, useRemove } from "@/features/followups/mutations";
import { presetsQuery } from "@/features/followups/queries";
import { openMove } from "@/features/followups/rescheduling";
import { useMove } from "@/features/followups/useMove";
import { useMay, useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { calendar } from "@/time/format";

interface Props {
  followUp: FollowUp;
  /** Called once it is no more, to leave its own page. */
  onDeleted?: () => void;
}

/** It goes where there is room for it, and scrolls where there is none. */
const WITHIN = { flip: true, shift: true, size: true };

/** What else one can do with a follow-up. The menu itself is made when it is opened. */
export function RowMenu({ followUp, onDeleted }: Props) {
  const [menuOpen, setMenuOpen] = useState(false);
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
  if (!menuOpen) return button;
  return (
    <Menu defaultOpened position="bottom-end" width={220} onClose={() => setMenuOpen(false)} returnFocus={false} middlewares={WITHIN}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown style={{ overflowY: "auto" }}>
        <Items followUp={followUp} onDeleted={onDeleted} />
      </Menu.Dropdown>
    </Menu>
  );
}

function Items({ followUp, onDeleted }: Props) {
  const { time_zone: zone } = useMe();
  const mayDelete = useMay("follow-ups:delete");
  const mayReassign = useMay("escalations:read");
  const { data: presets = [] } = useQuery(presetsQuery(followUp.assignee_id));
  const { move } = useMove();
  const remove = useRemove();
  const endSeries = useEndSeries();
  const hold = useHold();
  const endable = useEndable(followUp);
  const open = followUp.status === "open";

  function moveTo(dueAt: string) {
    if (followUp.escalated) openMove({ followUp, dueAt });
    else move(followUp, dueAt);
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
      {open && mayReassign && (
        <Menu.Item leftSection={<IconUserShare size={16} />} onClick={() => assignRequest.set(followUp)}>
          {t.followUps.reassign}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconHistory size={16} />} component={Link} to={`/followups/${followUp.id}`}>
        {t.rowMenu.history}
      </Menu.Item>
      {followUp.subject?.phone && (
        <Menu.Item leftSection={<IconPhone size={16} />} component="a" href={telOf(followUp.subject.phone)}>
          {t.subjects.call(isolate(followUp.subject.phone))}
        </Menu.Item>
      )}
      {followUp.subject?.email && (
        <Menu.Item leftSection={<IconMail size={16} />} component="a" href={mailtoOf(followUp.subject.email)}>
          {t.subjects.write(isolate(followUp.subject.email))}
        </Menu.Item>
      )}
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
        presets.map(({ preset, due_at: dueAt }) => (
          <Menu.Item
            key={preset}
            leftSection={<IconCalendarPlus size={16} />}
            title={calendar(dueAt, zone, now())}
            onClick={() => moveTo(dueAt)}
          >
            {t.completing.presets[preset]}
          </Menu.Item>
        ))}
      {open && (
        <Menu.Item leftSection={<IconCalendarTime size={16} />} onClick={() => openMove({ followUp })}>
          {t.rowMenu.anotherTime}
        </Menu.Item>
      )}
      {open && followUp.series_id != null && (
        <Menu.Item leftSection={<IconRepeatOff size={16} />} onClick={() => endSeries.mutate(followUp)}>
          {t.rowMenu.endSeries}
        </Menu.Item>
      )}
      {mayDelete && <Menu.Divider />}
      {mayDelete && (
        <Menu.Item
          leftSection={<IconTrash size={16} />}
          c="var(--level-3)"
          onClick={() =>
            openConfirmDialog({
              title: t.changes.askDelete(isolate(followUp.title)),
              text: open && followUp.series_id != null ? t.changes.askDeleteOfSeries : t.changes.askDeleteText,
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
