import { Button, Group, Text } from "@mantine/core";
import { confirmRequest } from "@/components/confirm";
import { Dialog } from "@/components/Dialog";
import { t } from "@/i18n";

/** The question that `openConfirmDialog` asks. */
export function ConfirmDialog() {
  const request = confirmRequest.use();
  const close = () => confirmRequest.set(null);
  if (!request) return null;
  return (
    <Dialog onClose={close} title={request.title} size="sm">
      <Text size="sm">{request.text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          {request.cancelLabel ?? t.common.cancel}
        </Button>
        <Button
          {...(!request.harmless && { color: "red.9" })}
          onClick={() => {
            close();
            request.onConfirm();
          }}
        >
          {request.confirmLabel}
        </Button>
      </Group>
    </Dialog>
  );
}
