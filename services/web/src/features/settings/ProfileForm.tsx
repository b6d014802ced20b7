import { Button, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { MeChanges } from "@/api/limits";
import { Problem } from "@/api/problem";
import { FormProblem } from "@/components/FormProblem";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { done } from "@/components/toasts";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { zones } from "@/time/zones";

export function ProfileForm() {
  const me = useMe();
  const cache = useQueryClient();
  const form = useForm({ initialValues: { name: me.name, time_zone: me.time_zone } });
  const { name, time_zone: zone } = form.values;
  const changes = {
    ...(name.trim() !== me.name && { name: name.trim() }),
    ...(zone !== me.time_zone && { time_zone: zone }),
  };
  useUnsavedChanges(Object.keys(changes).length > 0, () => undefined);
  const save = useMutation({
    mutationFn: () => dataOf(api.PATCH("/me", { body: changes })),
    onSuccess: (saved) => {
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
