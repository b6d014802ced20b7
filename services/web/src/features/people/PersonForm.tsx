import { Button, Group, PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { queryKeys } from "@/api/queryKeys";
import { NewUser } from "@/api/limits";
import { Problem } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import type { Role, User } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { ReportsWarning } from "@/features/people/ReportsWarning";
import { PersonConflict } from "@/features/people/PersonConflict";
import { PersonTokens } from "@/features/people/PersonTokens";
import { changesOf, draftOf, rebased, type PersonDraft } from "@/features/people/personDraft";
import { currentOf, savePerson } from "@/features/people/savePerson";
import { labelOf, reportsOf } from "@/features/people/people";
import { done } from "@/components/toasts";
import { useLogInOptions } from "@/features/session";
import { t } from "@/i18n";
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

const FIELDS = ["name", "email", "role", "manager_id", "time_zone"];

const NEW = { name: "", email: "", role: "employee" as Role, manager_id: null, active: true, password: "" };

export function PersonForm({ person, people, close }: Props) {
  const cache = useQueryClient();
  const options = useLogInOptions();
  const [base, setBase] = useState(person);
  const [draft, setDraft] = useState<PersonDraft>(() => (person ? draftOf(person) : { ...NEW, time_zone: browserZone() }));
  const [initial] = useState(draft);
  const changed = Object.keys(changesOf(draft, base ? draftOf(base) : initial)).length > 0;
  const leave = useUnsavedChanges(changed, close);
  const [conflict, setConflict] = useState<User | null>(null);
  const submission = useSubmission();
  const save = useMutation({
    mutationFn: savePerson,
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: queryKeys.people });
      void cache.invalidateQueries({ queryKey: queryKeys.me });
      done(t.people.saved(isolate(saved.name)));
      close();
    },
    onError: (error) => {
      const current = currentOf(error);
      setConflict(current);
      if (current) void cache.invalidateQueries({ queryKey: queryKeys.people });
    },
  });
  const problem = save.error instanceof Problem && save.error.status !== 412 ? save.error : null;
  const update = (change: Partial<PersonDraft>) => setDraft({ ...draft, ...change });
  const below = person ? reportsOf(person.id, people) : new Set<number>();
  // The present one stays to be seen, though nobody else gets a manager who is inactive.
  const managers = people.filter(({ id, active }) => id === base?.manager_id || (active && id !== person?.id && !below.has(id)));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (base && !changed) close();
    else save.mutate({ base, draft, key: submission.keyOf(draft) });
  }

  function takeTheirs(theirs: User) {
    setBase(theirs);
    setDraft(draftOf(theirs));
    setConflict(null);
    save.reset();
  }

  return (
    <>
      <Dialog onClose={leave} title={person ? t.common.editNamed(isolate(person.name)) : t.people.new} size="lg">
        <form onSubmit={submit}>
          <Stack>
            <FormProblem error={problem} fields={options?.password ? [...FIELDS, "password"] : FIELDS} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput
                label={t.people.name}
                required
                maxLength={NewUser.name}
                value={draft.name}
                onChange={(event) => update({ name: event.currentTarget.value })}
                error={problem?.messageFor("name")}
                data-autofocus
              />
              <TextInput
                label={t.people.email}
                type="email"
                maxLength={NewUser.email}
                required
                value={draft.email}
                onChange={(event) => update({ email: event.currentTarget.value })}
                error={problem?.messageFor("email")}
              />
              <Select
                label={t.people.role}
                data={ROLES}
                value={draft.role}
                description={t.people.roleHelp}
                onChange={(role) => update({ role: role as Role })}
                allowDeselect={false}
                error={problem?.messageFor("role")}
              />
              <Select
                label={t.people.manager}
                placeholder={t.person.nobody}
                data={managers.map((one) => ({ value: String(one.id), label: labelOf(one) }))}
                value={draft.manager_id === null ? null : String(draft.manager_id)}
                onChange={(id) => update({ manager_id: id === null ? null : Number(id) })}
                clearable
                searchable
                clearButtonProps={{ "aria-label": t.people.noManager }}
                error={problem?.messageFor("manager_id")}
              />
              <Select
                label={t.people.zone}
                data={zones(draft.time_zone)}
                value={draft.time_zone}
                onChange={(next) => update({ time_zone: next ?? "UTC" })}
                allowDeselect={false}
                searchable
                limit={50}
                error={problem?.messageFor("time_zone")}
              />
              {options?.password && (
                <PasswordInput
                  label={person ? t.people.newPassword : t.people.password}
                  description={person ? t.people.newPasswordHelp : undefined}
                  autoComplete="new-password"
                  value={draft.password}
                  onChange={(event) => update({ password: event.currentTarget.value })}
                  error={problem?.messageFor("password")}
                  visibilityToggleButtonProps={{ "aria-label": t.common.showPassword, tabIndex: 0 }}
                />
              )}
            </SimpleGrid>
            <Switch
              label={t.people.active}
              description={t.people.activeHelp}
              checked={draft.active}
              onChange={(event) => update({ active: event.currentTarget.checked })}
            />
            <ReportsWarning before={base} after={draft} />
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
