import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { User } from "@/api/types";
import { isolate } from "@/components/bidi";

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
  const who = before.reports === 1 ? "1 person reports" : `${before.reports} people report`;
  const name = isolate(before.name);
  const said = `${who} to ${name}.`;
  if (before.active && !after.active)
    return `${said} While ${name} is inactive, the next active person above is told about their follow-ups.`;
  if (before.role !== "employee" && after.role === "employee")
    return `${said} As an employee ${name} keeps seeing their follow-ups; to change that, give them another manager.`;
  return null;
}
