import { Button, Fieldset, Group, Text } from "@mantine/core";
import { useAway } from "@/api/away";
import type { User } from "@/api/types";
import { words } from "@/i18n/absences";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";

interface Props {
  person: User;
  /** Opens the dialog that plans it: a form of its own, which is not within this one. */
  plan: () => void;
}

/** Whether somebody is away now, and a way to plan that for them. */
export function PersonAway({ person, plan }: Props) {
  const until = useAway().get(person.id);
  if (!person.active) return null;
  return (
    <Fieldset legend={words.title}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" flex="1 1 220px">
          {until ? words.awayNow(plainDay(until, now())) : words.here}
        </Text>
        <Button variant="default" size="xs" onClick={plan}>
          {words.open}
        </Button>
      </Group>
    </Fieldset>
  );
}
