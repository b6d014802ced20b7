import { Button, CloseButton } from "@mantine/core";
import { IconCalendar, IconCheck, IconUserShare } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { Problem } from "@/api/problem";
import type { BulkChange } from "@/api/types";
import { useBulk } from "@/features/followups/mutations";
import { useSelection } from "@/features/followups/SelectionProvider";
import { done, failed } from "@/features/followups/toasts";
import { useMay } from "@/features/session/session";
import classes from "./BulkBar.module.css";

const BulkDialog = lazy(() => import("@/features/followups/BulkDialog"));

const DONE = { complete: "Completed", reassign: "Reassigned", reschedule: "Rescheduled" };

/** What one can do with all that is ticked. */
export function BulkBar() {
  const { chosen, set, clear } = useSelection();
  const mayReassign = useMay("escalations:read");
  const [asking, setAsking] = useState<"reassign" | "reschedule" | null>(null);
  const bulk = useBulk();
  const count = chosen.size;

  function run(change: Omit<BulkChange, "ids">) {
    // A promise: how it ended is told even to those who have left the page.
    bulk.mutateAsync({ ids: [...chosen.keys()], ...change }).then(
      (result) => {
        setAsking(null);
        // What failed stays ticked, so that it can be tried again or looked at.
        set(result.done.flatMap((id) => chosen.get(id) ?? []), false);
        if (result.done.length) done(`${DONE[change.action]} ${amount(result.done.length)}`);
        const [first] = result.failed;
        if (first) failed(`${amount(result.failed.length)} left as before`, new Problem(409, "", first.message));
      },
      (error: unknown) => failed("Not all could be changed", error, () => run(change)),
    );
  }

  if (count === 0) return null;
  return (
    <>
      <div className={classes.bar} role="toolbar" aria-label="Selected follow-ups">
        <span className={classes.count} role="status">
          {count.toLocaleString("en")} selected
        </span>
        <Button size="xs" leftSection={<IconCheck size={15} />} loading={bulk.isPending} onClick={() => run({ action: "complete" })}>
          Complete
        </Button>
        {mayReassign && (
          <Button size="xs" variant="default" leftSection={<IconUserShare size={15} />} onClick={() => setAsking("reassign")}>
            Reassign
          </Button>
        )}
        <Button size="xs" variant="default" leftSection={<IconCalendar size={15} />} onClick={() => setAsking("reschedule")}>
          Reschedule
        </Button>
        <CloseButton aria-label="Clear selection" onClick={clear} />
      </div>
      <Suspense>
        {asking && (
          <BulkDialog
            action={asking}
            count={count}
            busy={bulk.isPending}
            run={run}
            close={() => setAsking(null)}
          />
        )}
      </Suspense>
    </>
  );
}

function amount(count: number): string {
  return count === 1 ? "1 follow-up" : `${count.toLocaleString("en")} follow-ups`;
}
