import { Alert, Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Problem } from "@/api/problem";
import { SubjectPatch } from "@/api/limits";
import type { SubjectDetails, SubjectPatch as Changes } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { done } from "@/components/toasts";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { t } from "@/i18n";

interface Props {
  /** As it is now: newer than what the form began with, when somebody else saves first. */
  subject: SubjectDetails;
  close: () => void;
}

interface Draft {
  name: string;
  phone: string;
  email: string;
  external_id: string;
  url: string;
  owner_id: string | null;
}

type TextField = Exclude<keyof Draft, "owner_id">;

const LABELS: Record<keyof Draft, string> = { ...t.subjects.labels, owner_id: t.subjects.owner };
const TEXTS = Object.keys(t.subjects.labels) as TextField[];
const FIELDS: readonly (keyof Draft)[] = [...TEXTS, "owner_id"];

/** What a phone's keyboard offers; an address is checked where it is kept. */
const TYPES: Partial<Record<TextField, "tel">> = { phone: "tel" };

/** Changes a lead or client for everybody; sends only what was changed here. */
export function SubjectForm({ subject, close }: Props) {
  const cache = useQueryClient();
  const [base, setBase] = useState(subject);
  const form = useForm({ initialValues: draftOf(subject) });
  const draft = form.values;
  const owners = useOwners(base.owner);
  const leave = useUnsavedChanges(Object.keys(changed(base, draft)).length > 0, close);
  const save = useMutation({
    mutationFn: (etag: string) =>
      dataOf(
        api.PATCH("/subjects/{subject_id}", {
          params: { path: { subject_id: subject.id } },
          headers: ifMatch(etag),
          body: changed(base, draft),
        }),
      ),
    onSuccess: (saved) => {
      for (const key of [queryKeys.subjects, queryKeys.followUps, queryKeys.escalations, queryKeys.notifications]) {
        void cache.invalidateQueries({ queryKey: key });
      }
      done(t.subjects.saved(isolate(saved.name)));
      close();
    },
    onError: (error) => {
      if (error instanceof Problem && error.status === 412) {
        void cache.invalidateQueries({ queryKey: queryKeys.subject(subject.id) });
      }
    },
  });
  const problem = save.error instanceof Problem ? save.error : null;
  const stale = problem?.status === 412;

  function submit() {
    save.mutate(base.etag);
  }

  function takeTheirs() {
    setBase(subject);
    form.setValues(draftOf(subject));
    save.reset();
  }

  return (
    <Dialog onClose={leave} title={t.common.editNamed(isolate(base.name))} size="md">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          {!stale && <FormProblem error={problem} fields={FIELDS} />}
          {stale && <Conflict mine={draft} theirs={draftOf(subject)} owners={owners} />}
          {TEXTS.map((field) => (
            <TextInput
              key={field}
              label={LABELS[field]}
              required={field === "name"}
              type={TYPES[field]}
              maxLength={SubjectPatch[field]}
              {...form.getInputProps(field)}
              error={stale ? undefined : problem?.messageFor(field)}
              data-autofocus={field === "name" || undefined}
            />
          ))}
          <Select
            label={LABELS.owner_id}
            placeholder={t.subjects.nobody}
            data={owners}
            clearable
            clearButtonProps={{ "aria-label": t.subjects.noOwner }}
            searchable
            limit={50}
            nothingFoundMessage={t.common.nobodyByName}
            {...form.getInputProps("owner_id")}
            error={stale ? undefined : problem?.messageFor("owner_id")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={stale ? takeTheirs : leave}>
              {stale ? t.conflict.takeTheirs : t.common.cancel}
            </Button>
            {stale ? (
              <Button loading={save.isPending} onClick={() => save.mutate(subject.etag)}>
                {t.conflict.saveMine}
              </Button>
            ) : (
              <Button type="submit" loading={save.isPending}>
                {t.common.save}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Somebody else saved first: what differs, both ways. */
function Conflict({ mine, theirs, owners }: { mine: Draft; theirs: Draft; owners: readonly Owner[] }) {
  const said = (draft: Draft, field: keyof Draft) =>
    (field === "owner_id" ? owners.find(({ value }) => value === draft.owner_id)?.label : draft[field]) || t.common.empty;
  return (
    <Alert color="red" variant="light" title={t.conflict.title} role="alert">
      {FIELDS.filter((field) => mine[field] !== theirs[field]).map((field) => (
        <div key={field}>
          {t.subjects.differs(LABELS[field], said(theirs, field), said(mine, field))}
        </div>
      ))}
      {t.subjects.untilYouChoose}
    </Alert>
  );
}

interface Owner {
  value: string;
  label: string;
}

/** Whom one may choose, and who it is. */
function useOwners(current: SubjectDetails["owner"]): Owner[] {
  const labelOf = useLabelOf();
  const active = usePeopleInScope().filter(({ active }) => active);
  const owners = active.map((person) => ({ value: String(person.id), label: labelOf(person) }));
  if (!current || active.some(({ id }) => id === current.id)) return owners;
  return [{ value: String(current.id), label: current.name }, ...owners];
}

function draftOf({ name, phone, email, external_id, url, owner }: SubjectDetails): Draft {
  return {
    name,
    phone: phone ?? "",
    email: email ?? "",
    external_id: external_id ?? "",
    url: url ?? "",
    owner_id: owner && String(owner.id),
  };
}

function changed(base: SubjectDetails, draft: Draft): Changes {
  const before = draftOf(base);
  return {
    ...(draft.name !== before.name && { name: draft.name }),
    ...(draft.phone !== before.phone && { phone: draft.phone.trim() || null }),
    ...(draft.email !== before.email && { email: draft.email.trim() || null }),
    ...(draft.external_id !== before.external_id && { external_id: draft.external_id || null }),
    ...(draft.url !== before.url && { url: draft.url || null }),
    ...(draft.owner_id !== before.owner_id && { owner_id: draft.owner_id ? Number(draft.owner_id) : null }),
  };
}
