import { Button, Group, PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { queryKeys } from "@/api/queryKeys";
import { NewUser } from "@/api/limits";
import { Problem } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import type { User } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { LeavingDialog } from "@/features/people/LeavingDialog";
import { ReportsWarning } from "@/features/people/ReportsWarning";
import { PersonAway } from "@/features/people/PersonAway";
import { PersonConflict } from "@/features/people/PersonConflict";
import { PersonAccess } from "@/features/people/PersonAccess";
import { PersonTokens } from "@/features/people/PersonTokens";
import { changesOf, draftOf, rebased, type PersonDraft } from "@/features/people/personDraft";
import { currentOf, savePerson, workLeftIn, type Saving } from "@/features/people/savePerson";
import { labelOf, reportsOf } from "@/features/people/people";
import { done } from "@/components/toasts";
import { calendarsQuery } from "@/features/calendars";
import { AbsencesDialog } from "@/features/absences";
import { RecentHandOvers } from "@/features/handovers";
import { useLogInOptions } from "@/features/session";
import { t } from "@/i18n";
import { words } from "@/i18n/people";
import { browserZone } from "@/time/supportedZone";
import { zones } from "@/time/zones";

interface Props {
  /** Null: somebody new. */
  person: User | null;
  people: readonly User[];
  close: () => void;
}

const ROLES = [
  { value: "employee", label: t.person.roles.employee },
  { value: "manager", label: t.person.roles.manager },
  { value: "admin", label: t.person.roles.admin },
];

const FIELDS = ["name", "email", "role", "manager_id", "time_zone", "calendar_id"];

const NEW = { name: "", email: "", role: "employee", manager_id: null, active: true, calendar_id: null, password: "" } as const;

export function PersonForm({ person, people, close }: Props) {
  const cache = useQueryClient();
  const options = useLogInOptions();
  const { data: calendars = [] } = useQuery(calendarsQuery);
  const [base, setBase] = useState(person);
  const [initial] = useState<PersonDraft>(() => (person ? draftOf(person) : { ...NEW, time_zone: browserZone() }));
  const form = useForm({ initialValues: initial });
  const draft = form.values;
  const changed = Object.keys(changesOf(draft, base ? draftOf(base) : initial)).length > 0;
  const leave = useUnsavedChanges(changed, close);
  const [conflict, setConflict] = useState<User | null>(null);
  const [planning, setPlanning] = useState(false);
  /** What was to be saved, while it is asked what becomes of their open work. */
  const [leaving, setLeaving] = useState<Saving | null>(null);
  const submission = useSubmission();
  const save = useMutation({
    mutationFn: savePerson,
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: queryKeys.people });
      void cache.invalidateQueries({ queryKey: queryKeys.me });
      done(words.saved(isolate(saved.name)));
      close();
    },
    onError: (error, saving) => {
      const current = currentOf(error);
      setConflict(current);
      setLeaving(workLeftIn(error) ? saving : null);
      if (current) void cache.invalidateQueries({ queryKey: queryKeys.people });
    },
  });
  const asksAbout = workLeftIn(save.error);
  const problem = save.error instanceof Problem && save.error.status !== 412 && !asksAbout ? save.error : null;
  const below = person ? reportsOf(person.id, people) : new Set<number>();
  // The present one stays to be seen, though nobody else gets a manager who is inactive.
  const managers = people.filter(({ id, active }) => id === base?.manager_id || (active && id !== person?.id && !below.has(id)));

  function submit() {
    if (base && !changed) close();
    else save.mutate({ base, draft, key: submission.keyOf(draft) });
  }

  function takeTheirs(theirs: User) {
    setBase(theirs);
    form.setValues(draftOf(theirs));
    setConflict(null);
    save.reset();
  }

  return (
    <>
      <Dialog onClose={leave} title={person ? t.common.editNamed(isolate(person.name)) : words.new} size="lg">
        <form onSubmit={form.onSubmit(submit)} noValidate>
          <Stack>
            <FormProblem error={problem} fields={options?.password ? [...FIELDS, "password"] : FIELDS} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput
                label={words.name}
                required
                maxLength={NewUser.name}
                {...form.getInputProps("name")}
                error={problem?.messageFor("name")}
                data-autofocus
              />
              <TextInput
                label={words.email}
                type="email"
                maxLength={NewUser.email}
                required
                {...form.getInputProps("email")}
                error={problem?.messageFor("email")}
              />
              <Select
                label={words.role}
                data={ROLES}
                description={words.roleHelp}
                {...form.getInputProps("role")}
                allowDeselect={false}
                error={problem?.messageFor("role")}
              />
              <Select
                label={words.manager}
                placeholder={t.person.nobody}
                data={managers.map((one) => ({ value: String(one.id), label: labelOf(one) }))}
                value={draft.manager_id === null ? null : String(draft.manager_id)}
                onChange={(id) => form.setFieldValue("manager_id", id === null ? null : Number(id))}
                clearable
                searchable
                clearButtonProps={{ "aria-label": words.noManager }}
                error={problem?.messageFor("manager_id")}
              />
              <Select
                label={words.zone}
                data={zones(draft.time_zone)}
                {...form.getInputProps("time_zone")}
                allowDeselect={false}
                searchable
                limit={50}
                error={problem?.messageFor("time_zone")}
              />
              <Select
                label={words.calendar}
                placeholder={words.calendarAbove}
                data={calendars.map(({ id, name }) => ({ value: String(id), label: name }))}
                value={draft.calendar_id === null ? null : String(draft.calendar_id)}
                onChange={(id) => form.setFieldValue("calendar_id", id === null ? null : Number(id))}
                clearable
                clearButtonProps={{ "aria-label": words.calendarAbove }}
                error={problem?.messageFor("calendar_id")}
              />
              {options?.password && (
                <PasswordInput
                  label={person ? words.newPassword : words.password}
                  description={person ? words.newPasswordHelp : undefined}
                  autoComplete="new-password"
                  {...form.getInputProps("password")}
                  error={problem?.messageFor("password")}
                  visibilityToggleButtonProps={{ "aria-label": t.common.showPassword, tabIndex: 0 }}
                />
              )}
            </SimpleGrid>
            <Switch
              label={words.active}
              description={words.activeHelp}
              {...form.getInputProps("active", { type: "checkbox" })}
            />
            <ReportsWarning before={base} after={draft} />
            {base && <PersonAway person={base} plan={() => setPlanning(true)} />}
            {base && <RecentHandOvers person={base.id} />}
            {base && <PersonAccess person={base} />}
            {person && <PersonTokens id={person.id} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={leave}>
                {t.common.cancel}
              </Button>
              <Button type="submit" loading={save.isPending}>
                {t.common.save}
              </Button>
            </Group>
          </Stack>
        </form>
      </Dialog>
      {planning && base && <AbsencesDialog person={base} close={() => setPlanning(false)} />}
      {leaving && base && (
        <LeavingDialog
          person={base}
          amount={asksAbout}
          people={people}
          busy={save.isPending}
          decide={(openWork) => save.mutate({ ...leaving, openWork })}
          back={() => setLeaving(null)}
        />
      )}
      {conflict && base && (
        <PersonConflict
          mine={rebased(draft, draftOf(base), draftOf(conflict))}
          theirs={conflict}
          people={people}
          busy={save.isPending}
          keepMine={() => save.mutate({ base: conflict, draft: rebased(draft, draftOf(base), draftOf(conflict)) })}
          takeTheirs={() => takeTheirs(conflict)}
          back={() => setConflict(null)}
        />
      )}
    </>
  );
}
