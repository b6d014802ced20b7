import { Button, Select, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { NotificationRule, NotificationRules, RuleMode } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { FormProblem } from "@/components/FormProblem";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { done } from "@/components/toasts";
import { QuietHours, type Quiet } from "@/features/rules/QuietHours";
import { DigestFields } from "@/features/rules/DigestFields";
import { YourDay } from "@/features/rules/YourDay";
import { AS_COMPANY, dayOf, inWords, OPTIONS, timeOf, wayOf, type DigestTime, type OwnDay } from "@/features/rules/modes";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/rules";

const USUAL: Quiet = { on: false, begins: "20:00", ends: "07:00", days: [1, 2, 3, 4, 5, 6, 7] };

interface Draft {
  /** In the order of the severities. */
  modes: (RuleMode | typeof AS_COMPANY)[];
  times: DigestTime[];
  day: OwnDay;
  quiet: Quiet;
  passes: boolean;
}

/** How one is told outside the house, and when not. */
export function MyRules() {
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.notificationRules,
    queryFn: ({ signal }) => dataOf(api.GET("/me/notification-rules", { signal })),
  });
  if (data) return <RulesForm rules={data} />;
  return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={4} />;
}

function RulesForm({ rules }: { rules: NotificationRules }) {
  const cache = useQueryClient();
  const form = useForm({ initialValues: draftOf(rules) });
  const save = useMutation({
    mutationFn: (draft: Draft) => dataOf(api.PUT("/me/notification-rules", { body: bodyOf(rules, draft) })),
    onSuccess: (saved) => {
      cache.setQueryData(queryKeys.notificationRules, saved);
      form.setInitialValues(draftOf(saved));
      form.setValues(draftOf(saved));
      done(words.saved);
    },
  });
  useUnsavedChanges(form.isDirty(), () => undefined);
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(draft))} aria-label={words.title}>
      <Stack>
        <Text size="sm">{words.text}</Text>
        <FormProblem error={save.error} />
        {rules.rules.map((rule, index) => (
          <Stack key={rule.severity} gap="xs">
            <Select
              label={words.severities[rule.severity]}
              description={rule.locked ? words.locked : undefined}
              data={optionsOf(rule)}
              allowDeselect={false}
              disabled={rule.locked}
              {...form.getInputProps(`modes.${index}`)}
            />
            <DigestFields
              of={words.severities[rule.severity]}
              mode={ownMode(form.values, index)}
              value={form.values.times[index] ?? timeOf(rule)}
              change={(time) => form.setFieldValue(`times.${index}`, time)}
            />
          </Stack>
        ))}
        <YourDay
          value={form.values.day}
          change={(day) => form.setFieldValue("day", day)}
          company={rules.your_day.default}
          locked={rules.your_day.locked}
        />
        <QuietHours
          value={form.values.quiet}
          change={(quiet) => form.setFieldValue("quiet", quiet)}
          passes={form.values.passes}
          changePasses={(passes) => form.setFieldValue("passes", passes)}
          mayPass={rules.breaches_may_pass}
          zone={rules.time_zone}
        />
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: "flex-start" }}>
          {t.common.save}
        </Button>
      </Stack>
    </form>
  );
}

function optionsOf({ default: company }: NotificationRule) {
  return [{ value: AS_COMPANY, label: words.asCompany(inWords(company)) }, ...OPTIONS];
}

function ownMode({ modes }: Draft, index: number): RuleMode | undefined {
  const mode = modes[index];
  return mode === AS_COMPANY ? undefined : mode;
}

function draftOf({ rules, your_day: day, quiet_hours: quiet, breaches_pass: passes }: NotificationRules): Draft {
  return {
    modes: rules.map(({ own, mode }) => (own ? mode : AS_COMPANY)),
    times: rules.map(timeOf),
    day: { mode: day.own ? day.mode : AS_COMPANY, at: timeOf(day).at },
    quiet: quiet ? { on: true, ...quiet } : USUAL,
    passes,
  };
}

function bodyOf({ rules, your_day: { locked: dayLocked } }: NotificationRules, draft: Draft) {
  const { quiet, passes, times, day } = draft;
  const { begins, ends, days } = quiet;
  return {
    rules: rules.flatMap((rule, index) => {
      const { channel, severity, locked } = rule;
      const mode = ownMode(draft, index);
      return mode && !locked ? [{ channel, severity, ...wayOf(mode, times[index] ?? timeOf(rule)) }] : [];
    }),
    your_day: day.mode === AS_COMPANY || dayLocked ? null : dayOf(day.mode, day.at),
    quiet_hours: quiet.on ? { begins, ends, days } : null,
    breaches_pass: passes,
  };
}
