import { Button, Group, Text } from "@mantine/core";
import { notifications, notificationsStore, type NotificationData } from "@mantine/notifications";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { explain } from "@/api/problem";
import { t } from "@/i18n";

/** As many messages as are on the page at once. */
export const MOST_MESSAGES = 3;

/** The button of each message that puts it away. */
const CLOSE = { closeButtonProps: { "aria-label": t.common.dismiss } };

/** @param id of the message that it comes in place of, if that is still there */
export function done(message: ReactNode, id?: string): void {
  show({ icon: <IconCheck size={16} />, message, ...(id !== undefined && { id }) });
}

/** Says that something goes on, until another message comes in place of it. */
export function working(id: string, message: string): void {
  show({ id, loading: true, autoClose: false, message });
}

/** Says what did not happen, why, and offers to try again. */
export function failed(title: string, error: unknown, retry?: () => void): void {
  const id = show({
    priority: 1,
    color: "red.9",
    icon: <IconAlertTriangle size={16} />,
    title,
    autoClose: 12_000,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{explain(error)}</Text>
        {retry && (
          <Button
            size="compact-sm"
            variant="default"
            flex="none"
            onClick={() => {
              notifications.hide(id);
              retry();
            }}
          >
            {t.common.tryAgain}
          </Button>
        )}
      </Group>
    ),
  });
}

/** Shows a message at once: the oldest makes room for it, and what failed goes last. */
function show(message: NotificationData): string {
  if (message.id !== undefined) notifications.hide(message.id);
  const { notifications: shown } = notificationsStore.getState();
  const leaving = [...shown].sort((one, other) => (one.priority ?? 0) - (other.priority ?? 0));
  for (const { id } of leaving.slice(0, Math.max(0, shown.length - MOST_MESSAGES + 1))) if (id !== undefined) notifications.hide(id);
  return notifications.show({ ...CLOSE, ...message });
}
