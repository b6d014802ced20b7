import { Button, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { MeChanges } from "@/api/limits";
import { Problem } from "@/api/problem";
import type { Me } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { done } from "@/components/toasts";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { setPreferences } from "@/time/preferences";
import { zones } from "@/time/zones";

type Draft = Pick<Me, "name" | "time_zone" | "clock" | "date_order" | "week_start">;

const CLOCKS = [
  { value: "24h", label: t.settings.clocks["24h"] },
  { value: "12h", label: t.settings.clocks["12h"] },
];
const ORDERS = [
  { value: "day-month", label: t.settings.dateOrders["day-month"] },
  { value: "month-day", label: t.settings.dateOrders["month-day"] },
];
const WEEK_STARTS = [
  { value: "monday", label: t.settings.weekStarts.monday },
  { value: "sunday", label: t.settings.weekStarts.sunday },
  { value: "saturday", label: t.settings.weekStarts.saturday },
];

function draftOf({ name, time_zone, clock, date_order, week_start }: Me): Draft {
  return { name, time_zone, clock, date_order, week_start };
}

/** Only what differs. */
function changesOf(draft: Draft, base: Draft): Partial<Draft> {
  const fields = Object.keys(draft) as (keyof Draft)[];
  return Object.fromEntries(fields.filter((field) => draft[field] !== base[field]).map((field) => [field, draft[field]]));
}

export function ProfileForm() {
  const me = useMe();
  const cache = useQueryClient();
  const form = useForm({ initialValues: draftOf(me) });
  const zone = form.values.time_zone;
  const changes = changesOf({ ...form.values, name: form.values.name.trim() }, draftOf(me));
  useUnsavedChanges(Object.keys(changes).length > 0, () => undefined);
  const save = useMutation({
    mutationFn: () => dataOf(api.PATCH("/me", { body: changes })),
    onSuccess: (saved) => {
      setPreferences(saved);
      cache.setQueryData(queryKeys.me, saved);
      void cache.invalidateQueries();
      done(t.settings.saved);
    },
  });
  const problem = save.error instanceof Problem ? save.error : null;

  return (
    <form onSubmit={form.onSubmit(() => save.mutate())} aria-label={t.settings.you}>
      <Stack>
        <FormProblem error={problem} fields={["name", "time_zone"]} />
        <TextInput
          label={t.settings.name}
          description={t.settings.nameHelp}
          required
          withAsterisk={false}
          autoComplete="name"
          maxLength={MeChanges.name}
          {...form.getInputProps("name")}
          error={problem?.messageFor("name")}
        />
        <TextInput label={t.settings.email} description={t.settings.emailHelp} value={me.email} readOnly />
        <Select
          label={t.settings.zone}
          description={t.settings.zoneHelp}
          data={zones(zone)}
          {...form.getInputProps("time_zone")}
          allowDeselect={false}
          searchable
          limit={50}
          error={problem?.messageFor("time_zone")}
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <Select label={t.settings.clock} data={CLOCKS} {...form.getInputProps("clock")} allowDeselect={false} />
          <Select label={t.settings.dateOrder} data={ORDERS} {...form.getInputProps("date_order")} allowDeselect={false} />
          <Select label={t.settings.weekStart} data={WEEK_STARTS} {...form.getInputProps("week_start")} allowDeselect={false} />
        </SimpleGrid>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={Object.keys(changes).length === 0}
          style={{ alignSelf: "flex-start" }}
        >
          {t.common.save}
        </Button>
      </Stack>
    </form>
  );
}
