import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { User } from "@/api/types";
import { isolate } from "@/components/bidi";
import { words } from "@/i18n/people";

interface Props {
  /** As they are; null: somebody new. */
  before: User | null;
  after: Pick<User, "role" | "active">;
}

/** What a demotion or a deactivation does to those who report to a person, before it is saved. */
export function ReportsWarning({ before, after }: Props) {
  const sentence = before && consequence(before, after);
  if (!sentence) return null;
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle size={18} />} role="status">
      {sentence}
    </Alert>
  );
}

export function consequence(before: User, after: Pick<User, "role" | "active">): string | null {
  if (before.reports === 0) return null;
  const name = isolate(before.name);
  const reports = words.reports(before.reports, name);
  if (before.active && !after.active) return words.whileInactive(reports, name);
  if (before.role !== "employee" && after.role === "employee") return words.asEmployee(reports, name);
  return null;
}
