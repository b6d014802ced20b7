import { Alert } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { explain, needsLogIn, Problem } from "@/api/problem";
import { t } from "@/i18n";

interface Props {
  error: unknown;
  /** Those that show what is wrong with them themselves. */
  fields?: readonly string[];
  /** In place of what the API calls it. */
  title?: string;
  /** What else there is to say. */
  children?: string;
}

/**
 * Why a form was not taken. What is wrong with a field is said at the field, and nowhere else; that the session
 * has ended is asked over the form, and no longer true afterwards.
 */
export function FormProblem({ error, fields = [], title, children }: Props) {
  if (!error || needsLogIn(error)) return null;
  const problem = error instanceof Problem ? error : null;
  const errors = problem?.errors ?? [];
  const shown = (field: string) => fields.some((name) => field === name || field.startsWith(`${name}.`));
  const rest = errors.filter(({ field }) => !shown(field)).map(({ message }) => message);
  const elsewhere = errors.length > rest.length ? t.failures.seeFields : explain(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertCircle size={18} />}
      title={title ?? problem?.title ?? t.failures.refused}
      role="alert"
    >
      {rest.length > 0 ? rest.join(" ") : elsewhere} {children}
    </Alert>
  );
}
