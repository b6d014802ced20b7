import type { Webhook } from "@/api/types";
import { Badge } from "@/components/Badge";
import { words } from "@/i18n/webhooks";

/** Whether a webhook is on, and whether that works. */
export function StateBadge({ webhook: { state, failing_since: failing } }: { webhook: Webhook }) {
  if (state === "on" && failing) return <Badge tone="warning">{words.failing}</Badge>;
  return <Badge tone={TONES[state]}>{words.states[state]}</Badge>;
}

const TONES = { on: "good", paused: "quiet", off: "alarm" } as const;
