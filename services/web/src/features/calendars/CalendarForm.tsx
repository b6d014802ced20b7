import { Alert, Button, Group, Select, SimpleGrid, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useId } from "react";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { CalendarInput } from "@/api/limits";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Calendar } from "@/api/types";
import { isolate } from "@/components/bidi";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { DaysEditor } from "@/features/calendars/DaysEditor";
import { inputOf, type CalendarDraft } from "@/features/calendars/draft";
import { EffectDialog } from "@/features/calendars/EffectDialog";
import { HolidaysEditor } from "@/features/calendars/HolidaysEditor";
import { HoursEditor } from "@/features/calendars/HoursEditor";
import { IcsImport } from "@/features/calendars/IcsImport";
import { WeekPicture } from "@/features/calendars/WeekPicture";
import { YearView } from "@/features/calendars/YearView";
import { words } from "@/i18n/calendars";
import { zones } from "@/time/zones";
import classes from "./calendars.module.css";

const FIELDS = ["name", "time_zone", "hours", "holidays", "days"];

interface Props {
  /** What the form began with; null: a new one. */
  saved: Calendar | null;
  /** As it is now: newer, when somebody else has saved. */
  newest: Calendar | null;
  initial: CalendarDraft;
  onSaved: (calendar: Calendar) => void;
}

/** All of a calendar, written as a whole. */
export function CalendarForm({ saved, newest, initial, onSaved }: Props) {
  const form = useForm({ initialValues: initial });
  const draft = form.values;
  const change = (changes: Partial<CalendarDraft>) => form.setValues(changes);
  const unsaved = JSON.stringify(draft) !== JSON.stringify(initial);
  useUnsavedChanges(unsaved, () => undefined);
  const save = useSave(saved, draft, onSaved);
  const effect = useEffectOf(saved, draft, () => save.mutate(saved?.etag));
  const error = save.error ?? effect.error;
  const problem = error instanceof Problem && error.status !== 412 ? error : null;
  const stale = save.error instanceof Problem && save.error.status === 412;
  return (
    <form onSubmit={form.onSubmit(() => (saved ? effect.mutate() : save.mutate(undefined)))} aria-label={words.one}>
      <FormProblem error={problem} fields={FIELDS} />
      {stale && newest && (
        <Stale busy={save.isPending} takeTheirs={() => onSaved(newest)} saveMine={() => save.mutate(newest.etag)} />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} mb="md">
        <TextInput
          label={words.name}
          required
          maxLength={CalendarInput.name}
          {...form.getInputProps("name")}
          error={problem?.messageFor("name")}
        />
        <Select
          label={words.zone}
          description={words.zoneHelp}
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={zones(draft.time_zone)}
          {...form.getInputProps("time_zone")}
          allowDeselect={false}
          searchable
          limit={50}
          error={problem?.messageFor("time_zone")}
        />
      </SimpleGrid>
      <Section title={words.hours}>
        <div className={classes.columns}>
          <HoursEditor hours={draft.hours} change={(hours) => change({ hours })} problem={problem} />
          <WeekPicture hours={draft.hours} />
        </div>
      </Section>
      <Section title={words.holidays}>
        <HolidaysEditor draft={draft} change={change} saved={saved} problem={problem} />
      </Section>
      <Section title={words.own} text={words.ownText}>
        <DaysEditor days={draft.days} change={(days) => change({ days })} problem={problem} />
      </Section>
      {saved && (
        <Section title={words.imported} text={words.importedText}>
          <IcsImport calendar={saved} unsaved={unsaved} onImported={onSaved} />
        </Section>
      )}
      <Group justify="flex-end" my="md">
        <Button type="submit" loading={save.isPending || effect.isPending} disabled={saved !== null && !unsaved}>
          {words.save}
        </Button>
      </Group>
      <Section title={words.year}>
        <YearView draft={draft} saved={saved} />
      </Section>
      {effect.data && effect.data.follow_ups > 0 && !error && (
        <EffectDialog effect={effect.data} busy={save.isPending} save={() => save.mutate(saved?.etag)} close={() => effect.reset()} />
      )}
    </form>
  );
}

/** What a change would do to open follow-ups; where it does nothing to any, it is saved at once. */
function useEffectOf(saved: Calendar | null, draft: CalendarDraft, save: () => void) {
  return useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/calendars/{calendar_id}/preview", { params: { path: { calendar_id: saved?.id ?? 0 } }, body: inputOf(draft) }),
      ),
    onSuccess: ({ follow_ups: concerned }) => concerned === 0 && save(),
  });
}

function useSave(saved: Calendar | null, draft: CalendarDraft, onSaved: (calendar: Calendar) => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (etag: string | undefined) => {
      const body = inputOf(draft);
      if (!saved) return dataOf(api.POST("/calendars", { body, params: { header: idempotencyKey(submission.keyOf(body)) } }));
      const params = { path: { calendar_id: saved.id } };
      return dataOf(api.PUT("/calendars/{calendar_id}", { params, headers: etag ? ifMatch(etag) : {}, body }));
    },
    onSuccess: (written) => {
      cache.setQueryData(queryKeys.calendar(written.id), written);
      void cache.invalidateQueries({ queryKey: queryKeys.calendars });
      done(words.saved(isolate(written.name)));
      onSaved(written);
    },
    onError: () => saved && void cache.invalidateQueries({ queryKey: queryKeys.calendar(saved.id) }),
  });
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.section}>
      <Title order={2} id={id} mb={text ? 2 : "sm"}>
        {title}
      </Title>
      {text && <p className={classes.text}>{text}</p>}
      {children}
    </section>
  );
}

function Stale({ busy, takeTheirs, saveMine }: { busy: boolean; takeTheirs: () => void; saveMine: () => void }) {
  return (
    <Alert color="red" variant="light" title={words.changed} role="alert" mb="md">
      {words.changedText}
      <Group mt="sm">
        <Button variant="default" size="xs" onClick={takeTheirs}>
          {words.takeTheirs}
        </Button>
        <Button size="xs" loading={busy} onClick={saveMine}>
          {words.saveMine}
        </Button>
      </Group>
    </Alert>
  );
}
