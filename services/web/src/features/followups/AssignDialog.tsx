import { Button, Checkbox, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { POLICY_WOULD_CHANGE, Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { FollowUp } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { later } from "@/components/later";
import { done } from "@/components/toasts";
import { withUndo } from "@/components/undo";
import { AwayWarning } from "@/features/absences";
import { assignRequest } from "@/features/followups/assigning";
import { useEdit, useUndo } from "@/features/followups/mutations";
import { nameOf } from "@/features/followups/naming";
import { seriesQuery } from "@/features/followups/queries";
import { useSaveSeries } from "@/features/followups/savingSeries";
import { asksAboutPolicy, mayMoveClock, type ClockChoice } from "@/features/followups/policyQuestion";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { t } from "@/i18n";
import { words } from "@/i18n/series";
import { now } from "@/time/clock";

const PolicyQuestion = later(() => import("@/features/followups/PolicyQuestion"));

const close = () => assignRequest.set(null);

/** Why it was refused, as far as no dialog of its own asks about it. */
function problemOf(error: unknown): Problem | null {
  return error instanceof Problem && error.type !== POLICY_WOULD_CHANGE ? error : null;
}

/** Asks who takes a follow-up over. */
export default function AssignDialog({ followUp }: { followUp: FollowUp }) {
  const me = useMe();
  const labelOf = useLabelOf();
  const people = usePeopleInScope().filter(({ active, id }) => active && id !== followUp.assignee_id);
  const [chosen, setChosen] = useState<string | null>(null);
  const [question, setQuestion] = useState<Problem | null>(null);
  const edit = useEdit();
  const undo = useUndo();
  const { data: series } = useQuery({ ...seriesQuery(followUp.series_id ?? 0), enabled: followUp.series_id != null });
  const goesOn = series?.ended_at === null && series.may_change ? series : null;
  const [following, setFollowing] = useState(false);
  const saveSeries = useSaveSeries();
  const saving = following ? saveSeries : edit;
  const problem = problemOf(saving.error);

  function assign(choice?: ClockChoice) {
    const assignee = people.find(({ id }) => String(id) === chosen);
    if (!assignee) return;
    const changes = { assignee_id: assignee.id };
    const asked = choice ?? (mayMoveClock(followUp, changes, now()) ? { ask_about_policy: true as const } : {});
    const given =
      following && goesOn
        ? saveSeries.mutateAsync({ followUp, series: goesOn, changes, extent: "following", repeats: undefined, clock: asked })
        : edit.mutateAsync({ id: followUp.id, etag: followUp.etag, changes: { ...changes, ...asked } });
    given.then(
      (saved) => {
        close();
        const said = t.changes.assigned(nameOf(saved), isolate(assignee.name));
        if (following) done(said); // an undo would take back what it did to this one alone
        else withUndo(said, () => undo.mutateAsync({ followUp: saved }));
      },
      (failure: unknown) => setQuestion(asksAboutPolicy(failure) ? failure : null),
    );
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    assign();
  }

  if (question) {
    return (
      <PolicyQuestion
        question={question}
        escalated={followUp.escalated}
        problem={problem}
        busy={saving.isPending}
        decide={assign}
        back={() => setQuestion(null)}
      />
    );
  }
  return (
    <Dialog onClose={close} title={t.followUps.reassignNamed(isolate(followUp.title))}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={problem} fields={["assignee_id"]} />
          <Select
            label={t.bulk.newAssignee}
            placeholder={t.bulk.choosePerson}
            data={people.map((one) => ({ value: String(one.id), label: one.id === me.id ? t.person.me(one.name) : labelOf(one) }))}
            value={chosen}
            onChange={setChosen}
            error={problem?.messageFor("assignee_id")}
            searchable
            selectFirstOptionOnChange
            nothingFoundMessage={t.common.nobodyByName}
            data-autofocus
          />
          <AwayWarning person={chosen === null ? null : Number(chosen)} due={followUp.due_at} />
          {goesOn && (
            <Checkbox
              label={words.assignFollowing}
              checked={following}
              onChange={(event) => setFollowing(event.currentTarget.checked)}
            />
          )}
          <Text size="sm" c="dimmed">
            {t.followUps.reassignText}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={saving.isPending} disabled={chosen === null}>
              {t.followUps.reassign}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
