import { Button, Chip, Group, Kbd, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type SubmitEvent } from "react";
import { DEFAULT_OUTCOME, outcomesQuery } from "@/api/outcomes";
import type { Problem } from "@/api/problem";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { takeTyped } from "@/features/followups/typedAhead";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";
import { t } from "@/i18n";

interface Props {
  count: number;
  problem: Problem | null;
  busy: boolean;
  run: (change: { action: "complete"; outcome: string }) => void;
  close: () => void;
}


/** Asks what came of many follow-ups; a digit chooses, and Enter completes. */
export default function BulkCompleteDialog({ count, problem, busy, run, close }: Props) {
  const { data: outcomes = [], isLoading } = useQuery(outcomesQuery());
  const [outcome, setOutcome] = useState(DEFAULT_OUTCOME);
  const [tried, setTried] = useState(false);

  function choose(key: string) {
    const named = outcomes[Number(key) - 1];
    if (named) setOutcome(named.name);
  }

  useEffect(() => {
    if (!isLoading) Array.from(takeTyped()).forEach(choose);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, with what is there by then
  }, [isLoading]);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (!isShortcutTyped(event)) choose(event.key);
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    run({ action: "complete", outcome });
  }

  return (
    <Dialog onClose={close} title={t.bulk.completeTitle(count)}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={tried ? problem : null} />
          <div role="radiogroup" aria-label={t.completing.outcome}>
            <Text size="sm" fw={500} mb={6} aria-hidden>
              {t.completing.outcome}
            </Text>
            <Chip.Group value={outcome} onChange={setOutcome}>
              <Group gap={6}>
                {outcomes.map(({ name, label }, index) => (
                  <Chip key={name} value={name}>
                    {label} {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy} data-autofocus>
              {t.bulk.completeAll(count)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
