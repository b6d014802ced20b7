import { NumberInput, SimpleGrid } from "@mantine/core";
import type { Holds } from "@/features/policies/draft";
import { words } from "@/i18n/policies";

/** What holds where a policy says nothing else. */
const USUAL = { snoozes: 3, snooze_days: 5, reason_from: 2, waits: 2, wait_days: 10 } as const;
type Limit = keyof typeof USUAL;
const FROM_ONE: readonly Limit[] = ["snooze_days", "reason_from", "wait_days"];

/** How far people may hold follow-ups; what is as usual is left out. How long an acknowledgement holds stays as it is. */
export function HoldRules({ holds, change }: { holds: Holds; change: (holds: Holds) => void }) {
  function set(limit: Limit, value: number | string) {
    const rest = Object.entries(holds).filter(([name]) => name !== limit);
    const set = typeof value === "number" && value !== USUAL[limit];
    change(Object.fromEntries(set ? [...rest, [limit, value]] : rest));
  }

  return (
    <SimpleGrid cols={{ base: 1, xs: 2, sm: 5 }} style={{ alignItems: "end" }}>
      {(Object.keys(USUAL) as Limit[]).map((limit) => (
        <NumberInput
          key={limit}
          label={words.holdRules[limit]}
          value={limitOf(holds, limit)}
          onChange={(value) => set(limit, value)}
          min={FROM_ONE.includes(limit) ? 1 : 0}
          max={limit.endsWith("days") ? 366 : 100}
          allowDecimal={false}
        />
      ))}
    </SimpleGrid>
  );
}

function limitOf(holds: Holds, limit: Limit): number {
  const set = holds[limit];
  return typeof set === "number" ? set : USUAL[limit];
}
