import type { FollowUp } from "@/api/types";
import { Badge } from "@/components/Badge";
import { LazyTooltip } from "@/components/LazyTooltip";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { useNow } from "@/time/useNow";
import { duration, onCalendar } from "@/time/format";
import classes from "./LevelBadge.module.css";

type Props = Pick<FollowUp, "level_label" | "severity" | "sla_breach" | "next_step_at" | "status">;

const TONES = { reminder: "notice", overdue: "notice", escalated: "warning", breach: "alarm" } as const;

/** How far a follow-up has escalated: who was told. Nothing for one that nobody was told of. */
export function LevelBadge(props: Props) {
  const now = useNow();
  const { time_zone: zone } = useMe();
  const { severity, status } = props;
  if (severity === null || status === "completed") return null;
  return (
    <LazyTooltip<HTMLSpanElement> label={explanation(props, zone, now)} multiline>
      {(hint) => (
        <Badge className={classes.badge} tone={TONES[severity]} {...hint}>
          {name(props)}
        </Badge>
      )}
    </LazyTooltip>
  );
}

const NAMES: Readonly<Record<string, string>> = t.level.names;

function name({ level_label: label }: Props): string {
  const known = NAMES[label ?? ""];
  return known ?? (label ? label.charAt(0).toUpperCase() + label.slice(1) : t.level.escalated);
}

function explanation(props: Props, zone: string, now: number): string {
  const who = props.level_label === "employee" ? t.level.assigneeTold : t.level.escalatedTo(props.level_label ?? t.level.nextLevel);
  const breach = props.sla_breach ? t.level.breach : "";
  const left = props.next_step_at ? Date.parse(props.next_step_at) - now : null;
  const next =
    left === null ? t.level.lastStep
    : left > 0 ? t.level.nextIn(duration(left), onCalendar(props.next_step_at ?? "", zone, now))
    : t.level.nextWithSweep;
  return t.level.explanation(who, breach, next);
}
