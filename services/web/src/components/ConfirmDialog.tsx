import { Button, Group, Text } from "@mantine/core";
import { asked } from "@/components/confirm";
import { Dialog } from "@/components/Dialog";
import { t } from "@/i18n";

/** The question that `openConfirmDialog` asks. */
export function ConfirmDialog() {
  const question = asked.use();
  const close = () => asked.set(null);
  if (!question) return null;
  return (
    <Dialog onClose={close} title={question.title} size="sm">
      <Text size="sm">{question.text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          {question.stay ?? t.common.cancel}
        </Button>
        <Button
          {...(!question.harmless && { color: "red.9" })}
          onClick={() => {
            close();
            question.go();
          }}
        >
          {question.action}
        </Button>
      </Group>
    </Dialog>
  );
}
