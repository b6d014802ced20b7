import { Alert, Button, Group, Select, SimpleGrid, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { PolicyInput } from "@/api/limits";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Calendar, Policy } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { calendarsQuery } from "@/features/calendars";
import { isComplete } from "@/features/policies/conditions";
import { ConditionsEditor } from "@/features/policies/ConditionsEditor";
import { draftOf, inputOf, type PolicyDraft } from "@/features/policies/draft";
import { HoldRules } from "@/features/policies/HoldRules";
import { LadderPicture } from "@/features/policies/LadderPicture";
import { inWords } from "@/features/policies/problem";
import { PublishDialog } from "@/features/policies/PublishDialog";
import { useNames } from "@/features/policies/queries";
import { Simulation } from "@/features/policies/Simulation";
import { StepEditor } from "@/features/policies/StepEditor";
import { nextStep, type StepDraft } from "@/features/policies/steps";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

interface Props {
  /** Null: a new one. */
  policy: Policy | null;
  initial: PolicyDraft;
}

/** What a policy is to say: saved as a draft, and in force once it is published. */
export function PolicyForm({ policy, initial }: Props) {
  const [base, setBase] = useState(initial);
  const form = useForm({ initialValues: initial });
  const draft = form.values;
  const names = useNames();
  const unsaved = JSON.stringify(draft) !== JSON.stringify(base);
  useUnsavedChanges(unsaved, () => undefined);
  const [publishing, setPublishing] = useState(false);
  const save = useSaveDraft(policy, (saved) => setBase(saved));
  const error = inWords(save.error);
  const problem = error instanceof Problem && error.status !== 412 ? error : null;
  const stale = save.error instanceof Problem && save.error.status === 412;
  return (
    <>
      <form onSubmit={form.onSubmit(() => save.mutate(draft))} aria-label={words.one}>
        <FormProblem error={problem} fields={["name", "calendar_id", "conditions", "steps"]} />
        {stale && policy && <Stale takeTheirs={() => take(policy)} />}
        <Head draft={draft} change={form.setValues} problem={problem} />
        {policy?.catch_all ? null : (
          <section className={classes.section} aria-label={words.conditions}>
            <Title order={2} mb="xs">
              {words.conditions}
            </Title>
            <ConditionsEditor
              conditions={draft.conditions}
              names={names}
              change={(conditions) => form.setValues({ conditions })}
              problem={problem}
            />
          </section>
        )}
        <section className={classes.section} aria-label={words.steps}>
          <Title order={2} mb="xs">
            {words.steps}
          </Title>
          <div className={classes.columns}>
            <Steps steps={draft.steps} change={(steps) => form.setValues({ steps })} problem={problem} />
            <LadderPicture steps={draft.steps} calendarId={draft.calendar_id} />
          </div>
        </section>
        <section className={classes.section} aria-label={words.holds}>
          <Title order={2} mb="xs">
            {words.holds}
          </Title>
          <HoldRules holds={draft.holds} change={(holds) => form.setValues({ holds })} />
        </section>
        <Simulation id={policy?.id ?? null} policy={() => inputOf(draft)} />
        <Group justify="flex-end" my="md">
          <Button type="submit" variant="default" loading={save.isPending} disabled={(policy !== null && !unsaved) || !complete(draft)}>
            {words.saveDraft}
          </Button>
          {policy && (
            <Button disabled={unsaved || policy.draft === null} onClick={() => setPublishing(true)}>
              {words.publish}
            </Button>
          )}
        </Group>
      </form>
      {publishing && policy && <PublishDialog policy={policy} close={() => setPublishing(false)} />}
    </>
  );

  function take(theirs: Policy) {
    const content = theirs.draft ?? theirs.current;
    if (content) {
      form.setValues(draftOf(content));
      setBase(draftOf(content));
    }
    save.reset();
  }
}

function complete({ steps, conditions }: PolicyDraft): boolean {
  return steps.every(({ audience }) => audience.length > 0) && [...conditions.all, ...conditions.any].every(isComplete);
}

function useSaveDraft(policy: Policy | null, onSaved: (draft: PolicyDraft) => void) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (draft: PolicyDraft) => {
      const body = inputOf(draft);
      if (!policy) return dataOf(api.POST("/policies", { body, params: { header: idempotencyKey(submission.keyOf(body)) } }));
      const params = { path: { policy_id: policy.id } };
      return dataOf(api.PUT("/policies/{policy_id}/draft", { params, headers: ifMatch(policy.etag), body }));
    },
    onSuccess: (saved, draft) => {
      onSaved(draft);
      void cache.invalidateQueries({ queryKey: queryKeys.policies });
      done(words.draftSaved);
      if (!policy) void navigate(`/policies/${saved.id}`, { replace: true });
    },
    onError: () => policy && void cache.invalidateQueries({ queryKey: queryKeys.policy(policy.id) }),
  });
}

interface HeadProps {
  draft: PolicyDraft;
  change: (changes: Partial<PolicyDraft>) => void;
  problem: Problem | null;
}

function Head({ draft, change, problem }: HeadProps) {
  const { data: calendars = [] } = useQuery(calendarsQuery);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} mb="md">
      <TextInput
        label={words.name}
        required
        maxLength={PolicyInput.name}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={problem?.messageFor("name")}
      />
      <Select
        label={words.calendar}
        description={words.calendarHelp}
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder={words.assigneesCalendar}
        data={choicesOf(calendars, draft.calendar_id)}
        value={draft.calendar_id === null ? null : String(draft.calendar_id)}
        onChange={(id) => change({ calendar_id: id === null ? null : Number(id) })}
        clearable
        clearButtonProps={{ "aria-label": words.assigneesCalendar }}
        error={problem?.messageFor("calendar_id")}
      />
    </SimpleGrid>
  );
}

/** Calendars to choose from, with the one that the policy has although it is archived. */
function choicesOf(calendars: readonly Calendar[], present: number | null): { value: string; label: string }[] {
  const choices = calendars.map(({ id, name }) => ({ value: String(id), label: name }));
  const missing = present !== null && calendars.length > 0 && !calendars.some(({ id }) => id === present);
  return missing ? [...choices, { value: String(present), label: words.archivedCalendar }] : choices;
}

interface StepsProps {
  steps: readonly StepDraft[];
  change: (steps: StepDraft[]) => void;
  problem: Problem | null;
}

function Steps({ steps, change, problem }: StepsProps) {
  const names = useNames();
  return (
    <div>
      {steps.map((step, index) => (
        <StepEditor
          key={index}
          number={index + 1}
          step={step}
          names={names}
          change={(next) => change(steps.map((one, at) => (at === index ? next : one)))}
          remove={steps.length > 1 ? () => change(steps.filter((_, at) => at !== index)) : null}
          problem={problem}
        />
      ))}
      <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => change([...steps, nextStep(steps)])}>
        {words.addStep}
      </Button>
    </div>
  );
}

function Stale({ takeTheirs }: { takeTheirs: () => void }) {
  return (
    <Alert color="red" variant="light" title={words.changed} role="alert" mb="md">
      {words.changedText}
      <Group mt="sm">
        <Button variant="default" size="xs" onClick={takeTheirs}>
          {words.takeTheirs}
        </Button>
      </Group>
    </Alert>
  );
}
