import { Checkbox, Group, Stack, Text } from "@mantine/core";
import { TimeField } from "@/features/rules/TimeField";
import { words } from "@/i18n/rules";

export interface Quiet {
  on: boolean;
  begins: string;
  ends: string;
  /** On which they begin; 1 is Monday. */
  days: number[];
}

interface Props {
  value: Quiet;
  change: (quiet: Quiet) => void;
  passes: boolean;
  changePasses: (passes: boolean) => void;
  mayPass: boolean;
  zone: string;
}

/** When one is not told: off, or from when until when on which days. */
export function QuietHours({ value, change, passes, changePasses, mayPass, zone }: Props) {
  return (
    <Stack gap="xs">
      <Checkbox
        label={words.quiet}
        description={words.quietHelp(zone)}
        checked={value.on}
        onChange={(event) => change({ ...value, on: event.currentTarget.checked })}
      />
      {value.on && (
        <Stack gap="sm" pl="xl">
          <Group gap="md">
            <TimeField label={words.begins} value={value.begins} change={(begins) => change({ ...value, begins })} />
            <TimeField label={words.ends} value={value.ends} change={(ends) => change({ ...value, ends })} />
          </Group>
          <Checkbox.Group
            label={words.quietDays}
            value={value.days.map(String)}
            onChange={(days) => change({ ...value, days: days.map(Number).sort((a, b) => a - b) })}
          >
            <Group gap="sm" mt={6}>
              {words.shortDays.map((name, index) => (
                <Checkbox key={name} size="xs" value={String(index + 1)} label={name} aria-label={words.days[index]} />
              ))}
            </Group>
          </Checkbox.Group>
          {mayPass ? (
            <Checkbox
              label={words.passes}
              checked={passes}
              onChange={(event) => changePasses(event.currentTarget.checked)}
            />
          ) : (
            <Text size="sm" c="dimmed">
              {words.passesNot}
            </Text>
          )}
        </Stack>
      )}
    </Stack>
  );
}
