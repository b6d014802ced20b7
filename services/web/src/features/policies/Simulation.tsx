import { Button, Group, Progress as Bar, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { PolicyInput } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { LookAhead } from "@/features/policies/LookAhead";
import { LookBack } from "@/features/policies/LookBack";
import { inWords } from "@/features/policies/problem";
import { type Progress, simulate, type Window } from "@/features/policies/simulate";
import { words } from "@/i18n/policies";
import classes from "./Simulation.module.css";

interface Props {
  /** Of the policy; null: it is a new one. */
  id: number | null;
  /** What it would say. */
  policy: () => PolicyInput;
}

const WINDOWS: readonly Window[] = ["now", "next_14_days", "last_90_days"];

/** What would be told to whom, if this were in force: now, in the next two weeks, or in the last 90 days. It changes nothing. */
export function Simulation({ id, policy }: Props) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const look = useMutation({
    mutationFn: (window: Window) => simulate({ policy: policy(), id, window }, setProgress),
    onMutate: () => setProgress(null),
  });
  const found = look.data;
  return (
    <section aria-label={words.simulation} className={classes.simulation}>
      <Title order={2} mb="xs">
        {words.simulation}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {words.simulationText}
      </Text>
      <Group gap="xs" mb="sm">
        {WINDOWS.map((window) => (
          <Button
            key={window}
            variant="default"
            size="xs"
            loading={look.isPending && look.variables === window}
            disabled={look.isPending}
            onClick={() => look.mutate(window)}
          >
            {words.windows[window]}
          </Button>
        ))}
      </Group>
      {look.isPending && progress && <HowFar progress={progress} />}
      <FormProblem error={inWords(look.error)} title={words.notSimulated} />
      {found && (found.window === "last_90_days" ? <LookBack result={found} /> : <LookAhead result={found} />)}
    </section>
  );
}

function HowFar({ progress: { done, total } }: { progress: Progress }) {
  return (
    <div className={classes.progress}>
      <Bar value={total ? (100 * done) / total : 0} aria-label={words.lookingBack} />
      <Text size="sm" c="dimmed">
        {words.lookedAt(done, total)}
      </Text>
    </div>
  );
}
