import type { Sweep } from "@/api/types";
import { Badge } from "@/components/Badge";
import { t } from "@/i18n";

const TONES = { queued: "quiet", running: "notice", completed: "good", failed: "alarm" } as const;

export function SweepStatus({ status }: { status: Sweep["status"] }) {
  return <Badge tone={TONES[status]}>{t.sweeps.statuses[status]}</Badge>;
}
