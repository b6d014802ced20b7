import { Alert, Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState, type SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { ConflictDialog } from "@/features/followups/ConflictDialog";
import { DueField } from "@/features/followups/DueField";
import { changesOf, createBody, draftOf, mistakesOf, type Draft } from "@/features/followups/draft";
import { closeForm, keptDraft, type FormRequest } from "@/features/followups/formRequest";
import { useCreate, useEdit } from "@/features/followups/mutations";
import { usePeopleInScope } from "@/features/followups/people";
import { SubjectField } from "@/features/followups/SubjectField";
import { done } from "@/features/followups/toasts";
import { useMay, useMe } from "@/features/session/session";
import { now } from "@/time/clock";
import { localTimeIn } from "@/time/zone";

/** The form of a new follow-up or of one to edit. What is typed survives failures, and closing. */
export default function FollowUpForm({ request }: { request: FormRequest }) {
  const me = useMe();
  const { followUp } = request;
  const [base, setBase] = useState(followUp);
  const [draft, setDraft] = useState<Draft>(() => followUp ? draftOf(followUp) : newDraft(request, me.id, me.time_zone));
  const [tried, setTried] = useState(false);
  const [conflict, setConflict] = useState<FollowUp | null>(null);
  const create = useCreate();
  const edit = useEdit();
  const { error, isPending } = base ? edit : create;
  const mistakes = tried ? mistakesOf(draft) : {};
  const problem = error instanceof Problem && error.status !== 412 ? error : null;

  function update(change: Partial<Draft>) {
    const next = { ...draft, ...change };
    setDraft(next);
    if (!followUp) keptDraft.set(next);
  }

  function save(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(mistakesOf(draft)).length > 0) return;
    if (base) saveOver(base);
    else create.mutate(createBody(draft), { onSuccess: finish });
  }

  function saveOver(current: FollowUp) {
    const changes = changesOf(draft, draftOf(current));
    if (Object.keys(changes).length === 0) {
      closeForm();
      return;
    }
    edit.mutate(
      { id: current.id, version: current.version, changes },
      {
        onSuccess: finish,
        onError: (failure) => {
          if (failure instanceof Problem && failure.status === 412) setConflict(failure.current);
        },
      },
    );
  }

  function finish(saved: FollowUp) {
    keptDraft.set(null);
    closeForm();
    done(followUp ? `Saved “${saved.title}”` : `Planned “${saved.title}”`);
  }

  return (
    <>
      <Modal opened onClose={closeForm} title={followUp ? "Edit follow-up" : "New follow-up"} size="lg">
        <form onSubmit={save} noValidate>
          <Stack gap="md">
            {problem && (
              <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title={problem.title} role="alert">
                {problem.message} What you typed is kept.
              </Alert>
            )}
            <TextInput
              label="What is to be done"
              placeholder="Call about the renewal"
              maxLength={300}
              value={draft.title}
              onChange={(event) => update({ title: event.currentTarget.value })}
              error={mistakes.title ?? problem?.messageFor("title")}
              data-autofocus
            />
            <SubjectField
              value={draft.subject}
              onChange={(subject) => update({ subject })}
              error={problem?.messageFor("subject")}
            />
            <DueField
              value={draft.due_at}
              onChange={(due_at) => update({ due_at })}
              zone={me.time_zone}
              error={mistakes.due_at ?? problem?.messageFor("due_at")}
            />
            <AssigneeField
              followUp={followUp}
              value={draft.assignee_id}
              onChange={(assignee_id) => update({ assignee_id })}
              error={problem?.messageFor("assignee_id")}
            />
            <Textarea
              label="Notes"
              autosize
              minRows={3}
              maxRows={10}
              value={draft.notes}
              onChange={(event) => update({ notes: event.currentTarget.value })}
              error={problem?.messageFor("notes")}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={closeForm}>
                Cancel
              </Button>
              <Button type="submit" loading={isPending}>
                {followUp ? "Save" : "Create follow-up"}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {conflict && base && (
        <ConflictDialog
          mine={draft}
          theirs={conflict}
          busy={edit.isPending}
          keepMine={() => saveOver(conflict)}
          takeTheirs={() => {
            setBase(conflict);
            setDraft(draftOf(conflict));
            setConflict(null);
            edit.reset();
          }}
          back={() => setConflict(null)}
        />
      )}
    </>
  );
}

function newDraft({ subject }: FormRequest, assignee: number, zone: string): Draft {
  const kept = keptDraft.get();
  const about = subject ? { id: subject.id, kind: subject.kind, name: subject.name } : null;
  if (kept) return { ...kept, subject: about ?? kept.subject };
  return { title: "", notes: "", due_at: localTimeIn(1, "09:00", zone, now()), assignee_id: assignee, subject: about };
}

interface AssigneeProps {
  followUp: FollowUp | undefined;
  value: number;
  onChange: (id: number) => void;
  error?: string | undefined;
}

/** Only for those who have somebody to give it to. */
function AssigneeField({ followUp, value, onChange, error }: AssigneeProps) {
  const me = useMe();
  const mayAssign = useMay("escalations:read");
  const people = usePeopleInScope().filter(({ id, active }) => active || id === followUp?.assignee_id);
  if (!mayAssign) return null;
  return (
    <Select
      label="Assignee"
      data={people.map(({ id, name }) => ({ value: String(id), label: id === me.id ? `${name} (me)` : name }))}
      value={String(value)}
      onChange={(id) => onChange(Number(id))}
      allowDeselect={false}
      searchable
      nothingFoundMessage="Nobody by that name"
      error={error}
    />
  );
}
