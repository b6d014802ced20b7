import { Alert } from "@mantine/core";
import { words } from "@/i18n/policies";

/** Follow-ups that could not be looked at, and why. */
export function LeftOut({ number, problems }: { number: number; problems: readonly string[] }) {
  if (number === 0) return null;
  return (
    <Alert color="yellow" variant="light" title={words.leftOut(number)}>
      {problems.map((problem) => (
        <div key={problem}>{problem}</div>
      ))}
    </Alert>
  );
}
