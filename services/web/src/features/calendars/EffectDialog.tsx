import { Button, Group, List, Text } from "@mantine/core";
import type { CalendarPreview } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { words } from "@/i18n/calendars";

interface Props {
  effect: CalendarPreview;
  busy: boolean;
  save: () => void;
  close: () => void;
}

/** What a change of a calendar does to open follow-ups, before it is saved. */
export function EffectDialog({ effect, busy, save, close }: Props) {
  return (
    <Dialog onClose={close} title={words.effect}>
      <Text size="sm">{words.effectText(effect.follow_ups, effect.moved)}</Text>
      {effect.steps.length > 0 && (
        <>
          <Text size="sm" mt="sm">
            {words.comesAtOnce}
          </Text>
          <List size="sm" mt={4}>
            {effect.steps.map((step) => (
              <List.Item key={`${step.policy} ${step.policy_version} ${step.step}`}>
                {words.stepComes(step.policy, step.label, step.follow_ups)}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          {words.goOnEditing}
        </Button>
        <Button onClick={save} loading={busy} data-autofocus>
          {words.save}
        </Button>
      </Group>
    </Dialog>
  );
}
