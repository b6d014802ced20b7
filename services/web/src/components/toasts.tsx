import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { explain } from "@/api/problem";
import { t } from "@/i18n";

/** The button of each message that puts it away. */
export const CLOSE = { closeButtonProps: { "aria-label": t.common.dismiss } };

export function done(message: string): void {
  notifications.show({ ...CLOSE, icon: <IconCheck size={16} />, message });
}

/** Says what did not happen, why, and offers to try again. */
export function failed(title: string, error: unknown, retry?: () => void): void {
  const id = notifications.show({
    ...CLOSE,
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
