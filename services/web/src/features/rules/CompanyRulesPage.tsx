import { Button, Checkbox, Group, Select, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { CompanyRules } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { FormProblem } from "@/components/FormProblem";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { done } from "@/components/toasts";
import { DigestFields } from "@/features/rules/DigestFields";
import { YourDay } from "@/features/rules/YourDay";
import { AS_COMPANY, dayOf, OPTIONS, timeOf, wayOf } from "@/features/rules/modes";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/rules";

/** How people are told who have not chosen otherwise, and what nobody may choose. */
export function Component() {
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.companyRules,
    queryFn: ({ signal }) => dataOf(api.GET("/organisation/notification-rules", { signal })),
  });
  return (
    <Page title={words.company} narrow>
      {data ? (
        <CompanyForm rules={data} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={4} />
      )}
    </Page>
  );
}

function CompanyForm({ rules }: { rules: CompanyRules }) {
  const cache = useQueryClient();
  const form = useForm({ initialValues: rules });
  const save = useMutation({
    mutationFn: ({ rules: given, your_day: day, breaches_pass }: CompanyRules) => {
      const rules = given.map((rule) => ({ ...rule, ...wayOf(rule.mode, timeOf(rule)) }));
      const body = { breaches_pass, rules, your_day: { ...day, ...dayOf(day.mode, timeOf(day).at) } };
      return dataOf(api.PUT("/organisation/notification-rules", { body }));
    },
    onSuccess: (saved) => {
      cache.setQueryData(queryKeys.companyRules, saved);
      void cache.invalidateQueries({ queryKey: queryKeys.notificationRules, exact: true });
      form.setInitialValues(saved);
      form.setValues(saved);
      done(words.companySaved);
    },
  });
  useUnsavedChanges(form.isDirty(), () => undefined);
  const day = form.values.your_day;
  return (
    <form onSubmit={form.onSubmit((body) => save.mutate(body))} aria-label={words.company}>
      <Stack maw={640}>
        <Text size="sm">{words.companyText}</Text>
        <FormProblem error={save.error} />
        {form.values.rules.map((rule, index) => (
          <Group key={rule.severity} align="flex-end" gap="md">
            <Select
              label={words.severities[rule.severity]}
              data={OPTIONS}
              allowDeselect={false}
              flex="1 1 220px"
              {...form.getInputProps(`rules.${index}.mode`)}
            />
            <DigestFields
              of={words.severities[rule.severity]}
              mode={rule.mode}
              value={timeOf(rule)}
              change={(time) => form.setFieldValue(`rules.${index}`, { ...rule, ...time })}
            />
            <Checkbox
              label={words.lock}
              aria-label={words.lockNamed(words.severities[rule.severity])}
              mb={8}
              {...form.getInputProps(`rules.${index}.locked`, { type: "checkbox" })}
            />
          </Group>
        ))}
        <Group align="flex-end" gap="md">
          <YourDay
            value={{ mode: day.mode, at: timeOf(day).at }}
            change={({ mode, at }) => mode !== AS_COMPANY && form.setFieldValue("your_day", { ...day, mode, at })}
          />
          <Checkbox
            label={words.lock}
            aria-label={words.lockNamed(words.day)}
            mb={8}
            {...form.getInputProps("your_day.locked", { type: "checkbox" })}
          />
        </Group>
        <Checkbox label={words.companyPasses} {...form.getInputProps("breaches_pass", { type: "checkbox" })} />
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: "flex-start" }}>
          {t.common.save}
        </Button>
      </Stack>
    </form>
  );
}
