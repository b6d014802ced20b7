import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useReducer, useState, type SubmitEvent } from "react";
import type { Problem } from "@/api/problem";
import type { PolicyMove } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { Message } from "@/components/Message";
import { UserText } from "@/components/UserText";
import type { ClockChoice } from "@/features/followups/policyQuestion";
import { ReasonField } from "@/features/followups/ReasonField";
import { t } from "@/i18n";

interface Props {
  /** How the API asked. */
  question: Problem;
  /** Whether others than the assignee have been told of any of them. */
  escalated: boolean;
  /** Why the last answer was refused. */
  problem: Problem | null;
  busy: boolean;
  decide: (choice: ClockChoice) => void;
  back: () => void;
}

/** Another policy would apply: asks whether the clock goes on or starts over, before anything is changed. */
export default function PolicyQuestion({ question, escalated, problem, busy, decide, back }: Props) {
  const [restart, setRestart] = useState(false);
  const [reason, setReason] = useState("");
  const reasonError = problem?.messageFor("reason");
  const reasonNeeded = restart && (escalated || reasonError !== undefined);
  const reasonMissing = reasonNeeded && reason.trim() === "";
  const [asked, askWhy] = useReducer((times: number) => times + 1, 0);
  const several = question.policies.some(({ follow_ups: number }) => number > 1) || question.policies.length > 1;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (reasonMissing) askWhy();
    else decide({ restart_clock: restart, ...(reasonNeeded && { reason: reason.trim() }) });
  }

  return (
    <Dialog onClose={back} title={t.policyQuestion.title}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {reasonError === undefined && <FormProblem error={problem} />}
          {question.policies.map((move) => (
            <Text size="sm" key={`${move.from.policy} ${move.from.version} ${move.to.policy} ${move.to.version}`}>
              <Message
                text={several ? t.policyQuestion.moveMany(move.follow_ups) : t.policyQuestion.move}
                parts={{ from: <Side of={move.from} />, to: <Side of={move.to} /> }}
              />
            </Text>
          ))}
          <Radio.Group label={t.policyQuestion.clock} value={String(restart)} onChange={(value) => setRestart(value === "true")}>
            <Stack gap="sm" mt="xs">
              <Radio value="false" label={t.policyQuestion.goesOn} description={t.policyQuestion.goesOnText} data-autofocus />
              <Radio value="true" label={t.policyQuestion.startsOver} description={t.policyQuestion.startsOverText} />
            </Stack>
          </Radio.Group>
          {reasonNeeded && (
            <ReasonField
              label={t.policyQuestion.reason}
              value={reason}
              onChange={setReason}
              error={reasonError ?? (asked > 0 && reasonMissing ? t.policyQuestion.reasonMissing : undefined)}
              asked={asked + Number(reasonError !== undefined)}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={back}>
              {t.policyQuestion.back}
            </Button>
            <Button type="submit" loading={busy}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Side({ of: { policy, version } }: { of: PolicyMove["from"] }) {
  return (
    <>
      <strong>
        <UserText>{policy}</UserText>
      </strong>{" "}
      ({t.details.version(version)})
    </>
  );
}
