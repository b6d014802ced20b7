import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useReducer, useState } from "react";
import type { Problem } from "@/api/problem";
import { Dialog } from "@/components/Dialog";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { AwayWarning } from "@/features/absences";
import { DueField } from "@/features/followups/DueField";
import { ReasonField } from "@/features/followups/ReasonField";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { nextMorning } from "@/time/presets";

interface Reschedule {
  action: "reschedule";
  due_at: string;
  reason?: string;
}

interface Draft {
  assignee: string | null;
  dueAt: string | null;
  reason: string;
}

interface Props {
  action: "reassign" | "reschedule";
  count: number;
  /** When they are due, as far as that is known. */
  dues: readonly string[];
  /** Whether others than the assignee have been told of any of them. */
  escalated: boolean;
  /** Why the last try was refused. */
  problem: Problem | null;
  busy: boolean;
  run: (change: { action: "reassign"; assignee_id: number } | Reschedule) => void;
  close: () => void;
}

/** Asks to whom, or until when, before many follow-ups change. */
export default function BulkDialog({ action, count, dues, escalated, problem, busy, run, close }: Props) {
  const { id: me, time_zone: zone } = useMe();
  const labelOf = useLabelOf();
  const people = usePeopleInScope().filter(({ active }) => active);
  const [initial] = useState<Draft>(() => ({ assignee: null, dueAt: nextMorning(zone, now()), reason: "" }));
  const form = useForm({ initialValues: initial });
  const { assignee, dueAt, reason } = form.values;
  const reassign = action === "reassign";
  const [tried, setTried] = useState(false);
  const leave = useUnsavedChanges(assignee !== null || dueAt !== initial.dueAt || reason.trim() !== "", close);
  const reasonError = tried ? problem?.messageFor("reason") : undefined;
  const reasonNeeded = !reassign && (escalated || reasonError !== undefined);
  const reasonMissing = reasonNeeded && reason.trim() === "";
  const [asked, askWhy] = useReducer((times: number) => times + 1, 0);

  function submit() {
    setTried(true);
    if (reassign && assignee) run({ action, assignee_id: Number(assignee) });
    if (!reassign && dueAt) move(dueAt);
  }

  /** Done with it, unless it has to be explained. */
  function move(to: string) {
    if (reasonMissing) askWhy();
    else run({ action: "reschedule", due_at: to, ...(reasonNeeded && { reason: reason.trim() }) });
  }

  function pick(at: string) {
    form.setFieldValue("dueAt", at);
    move(at);
  }

  return (
    <Dialog onClose={leave} title={reassign ? t.bulk.reassignTitle(count) : t.bulk.rescheduleTitle(count)}>
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack>
          {reassign ? (
            <Select
              label={t.bulk.newAssignee}
              placeholder={t.bulk.choosePerson}
              data={people.map((one) => ({ value: String(one.id), label: labelOf(one) }))}
              {...form.getInputProps("assignee")}
              error={tried && !assignee ? t.bulk.assigneeMissing : undefined}
              searchable
              data-autofocus
              nothingFoundMessage={t.common.nobodyByName}
            />
          ) : (
            <DueField
              value={dueAt}
              onChange={(next) => form.setFieldValue("dueAt", next)}
              zone={zone}
              assignee={me}
              error={tried && dueAt === null ? t.form.dueMissing : undefined}
              pick={pick}
            />
          )}
          {reassign && (
            <AwayWarning person={assignee === null ? null : Number(assignee)} due={dues} />
          )}
          {reasonNeeded && (
            <ReasonField
              value={reason}
              onChange={(next) => form.setFieldValue("reason", next)}
              error={reasonError ?? (asked > 0 && reasonMissing ? t.form.reasonMissing : undefined)}
              asked={asked + Number(reasonError !== undefined)}
            />
          )}
          <Text size="sm" c="dimmed">
            {reassign ? t.bulk.reassignText : t.followUps.startsOver}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy} data-autofocus={(!reassign && !reasonNeeded) || undefined}>
              {reassign ? t.followUps.reassign : t.followUps.reschedule}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
