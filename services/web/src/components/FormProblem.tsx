import { Alert } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";

interface Props {
  problem: Problem | null;
  /** Those that show what is wrong with them themselves. */
  fields: readonly string[];
  /** What else there is to say. */
  children?: string;
}

/** Why a form was not taken. What is wrong with a field stands at the field, and nowhere else. */
export function FormProblem({ problem, fields, children }: Props) {
  if (!problem) return null;
  const shown = (field: string) => fields.some((name) => field === name || field.startsWith(`${name}.`));
  const rest = problem.errors.filter(({ field }) => !shown(field)).map(({ message }) => message);
  const elsewhere = problem.errors.length > rest.length ? "Look at what is marked below." : problem.message;
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title={problem.title} role="alert">
      {rest.length > 0 ? rest.join(" ") : elsewhere} {children}
    </Alert>
  );
}
