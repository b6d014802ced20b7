import { Button, Checkbox, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import type { Policy, PolicyInput } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { Differences } from "@/features/policies/Differences";
import { differencesBetween } from "@/features/policies/differences";
import { contentOf, draftOf, inputOf } from "@/features/policies/draft";
import { inWords } from "@/features/policies/problem";
import { effectQuery } from "@/features/policies/queries";
import { words } from "@/i18n/policies";

const TELLS_MANY = "urn:followup:problem:tells-many";

/** Asks, with what it changes in sight, before a draft comes into force. */
export function PublishDialog({ policy, close }: { policy: Policy; close: () => void }) {
  const cache = useQueryClient();
  const form = useForm<{ moveOpen: boolean; told: number | string }>({ initialValues: { moveOpen: false, told: "" } });
  const publish = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/policies/{policy_id}/publish", {
          params: { path: { policy_id: policy.id } },
          headers: ifMatch(policy.etag),
          body: { move_open: form.values.moveOpen, ...(form.values.told !== "" && { expected_told: Number(form.values.told) }) },
        }),
      ),
    onSuccess: (published) => {
      for (const key of [queryKeys.policies, queryKeys.followUps, queryKeys.escalations]) void cache.invalidateQueries({ queryKey: key });
      done(words.published(published.current?.version ?? 1));
      close();
    },
  });
  const content = contentOf(policy);
  const many = publish.error instanceof Problem && publish.error.type === TELLS_MANY;
  return (
    <Dialog onClose={close} title={words.publishTitle} size="lg">
      <form onSubmit={form.onSubmit(() => publish.mutate())}>
        <Stack>
          <FormProblem error={inWords(publish.error)} />
          {policy.draft && policy.current && <Differences differences={differencesBetween(policy.current, policy.draft)} />}
          <Checkbox
            label={words.moveOpen}
            description={words.moveOpenHelp}
            {...form.getInputProps("moveOpen", { type: "checkbox" })}
            data-autofocus
          />
          {form.values.moveOpen && content && <Effect policy={policy} input={inputOf(draftOf(content))} />}
          {(many || form.values.told !== "") && (
            <NumberInput label={words.typeCount} hideControls allowDecimal={false} min={0} {...form.getInputProps("told")} />
          )}
          <Text size="sm" c="dimmed">
            {words.publishText}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={publish.isPending}>
              {words.publish}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** How many open follow-ups would move, and what that would tell whom at once. */
function Effect({ policy, input }: { policy: Policy; input: PolicyInput }) {
  const { data, error } = useQuery(effectQuery(policy, input));
  if (error) return <FormProblem error={inWords(error)} title={words.notSimulated} />;
  return (
    <Text size="sm" role="status">
      {data ? words.effect(data.moves, data.by_moving.tells, data.by_moving.people) : words.counting}
    </Text>
  );
}
