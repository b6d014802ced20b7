import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { NewCalendarFeed } from "@/api/limits";
import { messageFor } from "@/api/problem";
import { useMay } from "@/api/session";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useMakeFeed } from "@/features/feeds/feeds";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/feeds";

const NEVER = "never";
const ALARMS = [NEVER, "0", "15", "60", "1440"] as const;

interface Values {
  name: string;
  whose: "me" | "team";
  alarm: (typeof ALARMS)[number];
}

/** Makes a calendar feed. */
export function FeedForm({ made, close }: { made: (url: string) => void; close: () => void }) {
  const form = useForm<Values>({ initialValues: { name: "", whose: "me", alarm: NEVER } });
  const leads = useMay("team:read");
  const create = useMakeFeed();
  const leave = useUnsavedChanges(form.isDirty() && !create.isSuccess, close);
  const send = ({ name, whose, alarm }: Values) =>
    create.mutate(
      { name: name.trim(), whose, alarm_minutes: alarm === NEVER ? null : Number(alarm) },
      { onSuccess: ({ url }) => made(url) },
    );
  return (
    <Dialog onClose={leave} title={words.new}>
      <form onSubmit={form.onSubmit(send)}>
        <Stack>
          <FormProblem error={create.error} fields={["name"]} />
          <TextInput
            label={words.name}
            placeholder={words.nameExample}
            maxLength={NewCalendarFeed.name}
            required
            {...form.getInputProps("name")}
            error={messageFor(create.error, "name")}
            data-autofocus
          />
          {leads && (
            <div>
              <Text size="sm" fw={500} mb={4}>
                {words.shows}
              </Text>
              <SegmentedControl
                aria-label={words.shows}
                data={[
                  { value: "me", label: words.whose.me },
                  { value: "team", label: words.whose.team },
                ]}
                {...form.getInputProps("whose")}
              />
            </div>
          )}
          <Select
            label={words.alarm}
            description={words.alarmHelp}
            data={ALARMS.map((value) => ({ value, label: words.alarms[value] }))}
            {...form.getInputProps("alarm")}
            allowDeselect={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {words.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
