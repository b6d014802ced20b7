import { Alert, Button, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FollowUpCreate } from "@/api/limits";
import { POLICY_WOULD_CHANGE, Problem } from "@/api/problem";
import type { FollowUp, Series } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { later } from "@/components/later";
import { AwayWarning } from "@/features/absences";
import factClasses from "./FactFields.module.css";
import { DEFAULT_KIND } from "@/api/kinds";
import { KindField, PriorityField, TagsField, ValueField } from "@/features/followups/FactFields";
import { noMoney, rememberCurrency } from "@/features/followups/facts";
import { FollowUpConflict } from "@/features/followups/FollowUpConflict";
import { DueField } from "@/features/followups/DueField";
import { changesOf, createBody, draftOf, mistakesOf, moves, partsOf, rebased, type Draft } from "@/features/followups/draft";
import { closeForm, forget, formRequest, keep, keptDrafts, type FormRequest } from "@/features/followups/formRequest";
import { currentOf, useCreate, useEdit, useUndo } from "@/features/followups/mutations";
import { nameOf } from "@/features/followups/naming";
import { queryKeys } from "@/api/queryKeys";
import { words } from "@/i18n/series";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { followUpQuery, seriesQuery } from "@/features/followups/queries";
import { needsReason } from "@/features/followups/rescheduling";
import { asksAboutPolicy, mayMoveClock, type ClockChoice } from "@/features/followups/policyQuestion";
import type { Extent } from "@/features/followups/SeriesQuestion";
import { SeriesField } from "@/features/followups/SeriesField";
import { currentSeriesOf, useSaveSeries } from "@/features/followups/savingSeries";
import { ReasonField } from "@/features/followups/ReasonField";
import { SubjectField } from "@/features/followups/SubjectField";
import { takeTyped } from "@/features/followups/typedAhead";
import { done } from "@/components/toasts";
import { withUndo } from "@/components/undo";
import { useMay, useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { nextMorning } from "@/time/presets";

const PolicyQuestion = later(() => import("@/features/followups/PolicyQuestion"));

const SeriesQuestion = later(() => import("@/features/followups/SeriesQuestion"));

/** Parts of a rule that the API names; the form says why beside the rule. */
const REPEATS = ["", ".every", ".until", ".count", ".closed_days", ".weekdays", ".day"].map((part) => `repeats${part}`);
const FIELDS = ["title", "subject", "due_at", "assignee_id", "kind", "priority", "tags", "value", "notes", ...REPEATS];

/** The form of a new follow-up or of one to edit. What is typed survives failures, and closing. */
export default function FollowUpForm({ request }: { request: FormRequest }) {
  const me = useMe();
  const { followUp } = request;
  const key = followUp?.id ?? 0;
  const fresh = () => (followUp ? draftOf(followUp) : newDraft(request, me.id, me.time_zone));
  const [kept, setKept] = useState(() => keptDrafts.get(key));
  const [base, setBase] = useState(kept ? kept.base : followUp);
  const [initial] = useState<Draft>(() => (kept ? { ...kept.draft, ...aboutOf(request) } : fresh()));
  const form = useForm({ initialValues: initial });
  const draft = form.values;
  const [tried, setTried] = useState(false);
  const [conflict, setConflict] = useState<FollowUp | null>(null);
  /** How the API asked about the clock, while that is being decided. */
  const [question, setQuestion] = useState<{ problem: Problem; extent: Extent | undefined } | null>(null);
  /** Its series, when somebody has changed that meanwhile. */
  const [newer, setNewer] = useState<Series | null>(null);
  const cache = useQueryClient();
  /** What the API asked a reason for, although it did not look escalated when it was loaded. */
  const [escalated, setEscalated] = useState<number | null>(null);
  const create = useCreate();
  const edit = useEdit();
  const saveSeries = useSaveSeries();
  /** Whether it is being asked which ones of a series change. */
  const [asking, setAsking] = useState(false);
  const undo = useUndo();
  const saving = !base ? create : saveSeries.isIdle ? edit : saveSeries;
  const { error, isPending } = saving;
  const { data: known, isLoading } = useQuery({ ...seriesQuery(base?.series_id ?? 0), enabled: base?.series_id != null });
  const reasonNeeded = base !== undefined && (base.escalated || base.id === escalated) && moves(draft, draftOf(base));
  // A completed one keeps both until it is reopened; what was typed before stays in sight, to be taken back.
  const completed = base?.status === "completed";
  const showsDue = !completed || moves(draft, draftOf(base));
  const showsAssignee = !completed || draft.assignee_id !== base.assignee_id;
  const mistakes = tried ? mistakesOf(draft, reasonNeeded) : {};
  const refusal = refusalOf(error);
  const problem = question ? null : refusal;

  /** The series that it is of; one that has ended is none, nor is one that one may not change. */
  const ongoing = ({ series_id }: FollowUp) =>
    known && known.id === series_id && known.ended_at === null && known.may_change ? known : null;

  function update(change: Partial<Draft>) {
    form.setValues(change);
    keep(key, { draft: { ...draft, ...change }, base });
  }

  function startAfresh() {
    forget(key);
    setKept(undefined);
    setBase(followUp);
    form.setValues(fresh());
  }

  function discard() {
    forget(key);
    closeForm();
  }

  function cancel() {
    if (!keptDrafts.has(key)) closeForm();
    else
      openConfirmDialog({
        title: t.form.discardTitle,
        text: t.form.discardText,
        confirmLabel: t.form.discard,
        cancelLabel: t.common.keepEditing,
        onConfirm: discard,
      });
  }

  function save() {
    setTried(true);
    setNewer(null);
    if (Object.keys(mistakesOf(draft, reasonNeeded)).length > 0) return;
    if (base) saveOver(base, draft);
    else create.mutateAsync(createBody(draft)).then(finish, refuse);
  }

  function saveOver(current: FollowUp, mine: Draft, choice?: ClockChoice, extent?: Extent) {
    const changes = changesOf(mine, draftOf(current));
    const series = ongoing(current);
    const repeats = series === null && mine.repeats === null ? undefined : mine.repeats;
    if (Object.keys(changes).length === 0 && repeats === undefined) {
      discard();
      return;
    }
    const ofSeries = series !== null && !completed;
    if (ofSeries && !extent && partsOf(changes).shared) {
      setConflict(null);
      setAsking(true);
      return;
    }
    const clock = choice ?? (mayMoveClock(current, changes, now()) ? { ask_about_policy: true as const } : {});
    if (repeats !== undefined || (ofSeries && extent && extent !== "one")) {
      const given = { followUp: current, series, changes, repeats, extent: extent ?? ("one" as const), clock, saved: goOnFrom };
      saveSeries
        .mutateAsync(given)
        .then(finish, (failure: unknown) => refuse(failure, extent))
        .finally(() => setAsking(false));
      return;
    }
    setAsking(false);
    saveSeries.reset();
    edit
      .mutateAsync({ id: current.id, etag: current.etag, changes: { ...changes, ...clock } })
      .then(finish, (failure: unknown) => refuse(failure, extent));
  }

  /** A part is saved: what is left is a change of that. */
  function goOnFrom(saved: FollowUp) {
    setBase(saved);
    keep(key, { draft, base: saved });
  }

  /** The form says why (`problem` above); what is there now is shown beside what was typed. */
  function refuse(failure: unknown, extent?: Extent) {
    if (asksAboutPolicy(failure)) {
      setQuestion({ problem: failure, extent });
      return;
    }
    const series = currentSeriesOf(failure);
    if (series) {
      void lookAgain(series);
      return;
    }
    const current = currentOf(failure);
    setConflict(current);
    if (current) setQuestion(null);
    if (!question && base && needsReason(failure)) setEscalated(base.id);
  }

  /** The series is another one than one saw: perhaps the follow-up is, too. */
  async function lookAgain(series: Series) {
    cache.setQueryData(queryKeys.series(series.id), series);
    setQuestion(null);
    setNewer(series);
    if (!base) return;
    const current = await cache.query({ ...followUpQuery(base.id), staleTime: 0 });
    if (current.etag !== base.etag) setConflict(current);
  }

  /** Save what one typed on top of what others made of it; if that is refused too, the form goes on from there. */
  function keepMine(theirs: FollowUp, mine: Draft) {
    keptDrafts.set(key, { draft: mine, base: theirs });
    setBase(theirs);
    form.setValues(mine);
    saveOver(theirs, mine);
  }

  function finish(saved: FollowUp) {
    forget(key);
    if (saved.value) rememberCurrency(saved.value.currency);
    if (formRequest.get() === request) closeForm(); // else closed before the answer came
    if (followUp && !saveSeries.isIdle) done(t.changes.saved(nameOf(saved)));
    else if (followUp) withUndo(t.changes.saved(nameOf(saved)), () => undo.mutateAsync({ followUp: saved }));
    else done(t.changes.planned(nameOf(saved)));
  }

  return (
    <>
      <Dialog onClose={closeForm} title={followUp ? t.form.edit : t.followUps.new} size="lg">
        <form onSubmit={form.onSubmit(save)} noValidate>
          <Stack gap="md">
            <FormProblem error={problem} fields={reasonNeeded ? [...FIELDS, "reason"] : FIELDS}>
              {t.move.kept}
            </FormProblem>
            {newer && !conflict && (
              <Alert role="alert" color="yellow">
                {words.changedMeanwhile(newer.summary)}
              </Alert>
            )}
            {kept && (
              <Group justify="space-between" gap="xs">
                <Text size="sm" c="dimmed">
                  {t.form.typedBefore}
                </Text>
                <Button variant="default" size="compact-sm" onClick={startAfresh}>
                  {t.form.startAfresh}
                </Button>
              </Group>
            )}
            <TextInput
              label={t.form.what}
              placeholder={t.form.whatExample}
              maxLength={FollowUpCreate.title}
              value={draft.title}
              onChange={(event) => update({ title: event.currentTarget.value })}
              onFocus={() => {
                const typed = takeTyped();
                if (typed) update({ title: draft.title + typed });
              }}
              error={mistakes.title ?? problem?.messageFor("title")}
              data-autofocus
            />
            <SubjectField
              value={draft.subject}
              onChange={(subject) => update({ subject })}
              error={problem?.messageFor("subject")}
            />
            {showsDue && (
              <DueField
                value={draft.due_at}
                onChange={(due_at) => update({ due_at })}
                zone={me.time_zone}
                assignee={draft.assignee_id}
                error={mistakes.due_at ?? problem?.messageFor("due_at")}
              />
            )}
            {!completed && (
              <SeriesField
                series={base?.series_id ?? null}
                value={draft.repeats}
                onChange={(repeats) => update({ repeats })}
                due={draft.due_at}
                assignee={draft.assignee_id}
                error={problem?.errors.find(({ field }) => REPEATS.includes(field))?.message}
              />
            )}
            {reasonNeeded && (
              <ReasonField
                value={draft.reason}
                onChange={(reason) => update({ reason })}
                error={problem?.messageFor("reason") ?? mistakes.reason}
              />
            )}
            {base && base.level > 0 && moves(draft, draftOf(base)) && (
              <Text size="sm" c="dimmed">
                {t.followUps.startsOver}
              </Text>
            )}
            {showsAssignee && (
              <AssigneeField
                followUp={followUp}
                due={draft.due_at}
                value={draft.assignee_id}
                onChange={(assignee_id) => update({ assignee_id })}
                error={problem?.messageFor("assignee_id")}
              />
            )}
            {completed && (
              <Text size="sm" c="dimmed">
                {t.form.reopenFirst}
              </Text>
            )}
            <div className={factClasses.pair}>
              <KindField value={draft.kind} onChange={(kind) => update({ kind })} error={problem?.messageFor("kind")} />
              <PriorityField value={draft.priority} onChange={(priority) => update({ priority })} />
            </div>
            <TagsField value={draft.tags} onChange={(tags) => update({ tags })} error={problem?.messageFor("tags")} />
            <ValueField
              value={draft.value}
              onChange={(value) => update({ value })}
              error={mistakes.value ?? problem?.messageFor("value")}
            />
            <Textarea
              label={t.form.notes}
              maxLength={FollowUpCreate.notes}
              autosize
              minRows={3}
              maxRows={10}
              value={draft.notes}
              onChange={(event) => update({ notes: event.currentTarget.value })}
              error={problem?.messageFor("notes")}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={cancel}>
                {t.common.cancel}
              </Button>
              <Button type="submit" loading={isPending || isLoading}>
                {followUp ? t.common.save : t.form.create}
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
      {question && base && (
        <PolicyQuestion
          question={question.problem}
          escalated={base.escalated}
          problem={refusal}
          busy={edit.isPending || saveSeries.isPending}
          decide={(choice) => saveOver(base, draft, choice, question.extent)}
          back={() => setQuestion(null)}
        />
      )}
      {asking && base && (
        <SeriesQuestion
          busy={saveSeries.isPending || edit.isPending}
          decide={(extent) => saveOver(base, draft, undefined, extent)}
          back={() => setAsking(false)}
        />
      )}
      {conflict && base && (
        <FollowUpConflict
          mine={rebased(draft, draftOf(base), draftOf(conflict))}
          theirs={conflict}
          busy={edit.isPending}
          keepMine={() => keepMine(conflict, rebased(draft, draftOf(base), draftOf(conflict)))}
          takeTheirs={() => {
            forget(key);
            setBase(conflict);
            form.setValues(draftOf(conflict));
            setConflict(null);
            edit.reset();
          }}
          back={() => setConflict(null)}
        />
      )}
    </>
  );
}

/** Why the form was not taken, as far as no dialog of its own asks about it. */
function refusalOf(error: unknown): Problem | null {
  if (!(error instanceof Problem) || error.status === 412 || error.type === POLICY_WOULD_CHANGE) return null;
  return error;
}

/** Whom a new follow-up is about, when it is planned from their page. */
function aboutOf({ subject }: FormRequest): Pick<Draft, "subject"> | null {
  return subject ? { subject: { id: subject.id, kind: subject.kind, name: subject.name } } : null;
}

function newDraft(request: FormRequest, assignee: number, zone: string): Draft {
  return {
    ...{ title: "", notes: "", due_at: nextMorning(zone, now()), assignee_id: assignee, subject: null, reason: "", repeats: undefined },
    ...{ kind: DEFAULT_KIND, priority: "normal", tags: [], value: noMoney() },
    ...aboutOf(request),
  };
}

interface AssigneeProps {
  followUp: FollowUp | undefined;
  due: string | null;
  value: number;
  onChange: (id: number) => void;
  error?: string | undefined;
}

/** Only for those who have somebody to give it to. */
function AssigneeField({ followUp, due, value, onChange, error }: AssigneeProps) {
  const me = useMe();
  const mayAssign = useMay("escalations:read");
  const labelOf = useLabelOf();
  const inScope = usePeopleInScope().filter(({ id, active }) => active || id === followUp?.assignee_id);
  if (!mayAssign) return null;
  // The present assignee is shown, also before all people are there.
  const theirs = followUp && !inScope.some(({ id }) => id === followUp.assignee_id) ? [followUp.assignee] : [];
  const people = [...theirs, ...inScope];
  return (
    <>
      <Select
        label={t.form.assignee}
        data={people.map((one) => ({ value: String(one.id), label: one.id === me.id ? t.person.me(one.name) : labelOf(one) }))}
        value={String(value)}
        onChange={(id) => onChange(Number(id))}
        allowDeselect={false}
        searchable
        nothingFoundMessage={t.common.nobodyByName}
        error={error}
      />
      <AwayWarning person={value} due={due} />
    </>
  );
}
