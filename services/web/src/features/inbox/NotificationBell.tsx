import { ActionIcon, Indicator, Popover, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconBell } from "@tabler/icons-react";
import { useState } from "react";
import { later } from "@/components/later";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { unreadQuery } from "@/features/inbox/inbox";
import { t } from "@/i18n";

const LatestNotifications = later(() => import("@/features/inbox/LatestNotifications"), <RowsSkeleton rows={3} />);

export function NotificationBell() {
  const { data } = useQuery(unreadQuery);
  const [opened, setOpened] = useState(false);
  /** Where somebody is led has the focus then. */
  const [followed, setFollowed] = useState(false);
  const unread = data?.unread ?? 0;

  function follow() {
    setFollowed(true);
    setOpened(false);
  }

  const label = unread ? t.inbox.unreadLabel(unread) : t.inbox.notifications;
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width="min(400px, calc(100vw - 24px))"
      shadow="lg"
      trapFocus
      returnFocus={!followed}
    >
      <Popover.Target>
        <Tooltip label={t.inbox.notifications} disabled={opened}>
          <Indicator
            label={unread > 99 ? "99+" : unread}
            disabled={unread === 0}
            size={18}
            offset={5}
            color="red.9"
            withBorder
            data-testid="bell"
          >
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--mantine-color-text)"
              size="lg"
              aria-label={label}
              aria-expanded={opened}
              onClick={() => {
                setFollowed(false);
                setOpened(!opened);
              }}
            >
              <IconBell size={20} stroke={1.7} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t.inbox.latest}>
        {opened && <LatestNotifications close={follow} />}
      </Popover.Dropdown>
    </Popover>
  );
}
