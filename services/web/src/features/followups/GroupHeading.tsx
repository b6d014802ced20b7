import { useKindLabel } from "@/api/kinds";
import { useMe } from "@/api/session";
import type { FollowUp } from "@/api/types";
import { UserText } from "@/components/UserText";
import type { Group } from "@/features/followups/filters";
import { number, t } from "@/i18n";
import { inZone } from "@/time/format";
import classes from "./GroupHeading.module.css";

interface Props {
  /** The first one of the group. */
  of: FollowUp;
  count: number | undefined;
  /** Whether the group is below the heading of a section. */
  within: boolean;
  group: Group | "";
}

/** What the follow-ups below have in common, and how many they are. */
export function GroupHeading({ of, count, within, group }: Props) {
  const Heading = within ? "h3" : "h2";
  return (
    <Heading className={classes.heading}>
      <UserText className={classes.name ?? ""}>{useName(of, group)}</UserText>
      {count !== undefined && <span className={classes.count}>{number(count)}</span>}
    </Heading>
  );
}

function useName({ assignee, subject, kind, priority, due_at: due }: FollowUp, group: Group | ""): string {
  const label = useKindLabel(kind);
  const { time_zone: zone } = useMe();
  switch (group) {
    case "assignee":
      return assignee.name;
    case "subject":
      return subject?.name ?? t.order.nobody;
    case "day":
      return inZone(due, zone, "day");
    case "kind":
      return label;
    default:
      return t.facts.priorities[priority];
  }
}
