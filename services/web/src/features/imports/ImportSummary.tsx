import { Alert, Button, Group, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import type { ImportResult } from "@/api/types";
import { Warnings } from "@/features/imports/CheckResult";
import { summaryOf } from "@/features/imports/summary";
import type { Kind } from "@/features/imports/imports";

const SHOWN: Record<Kind, { to: string; label: string }> = {
  "follow-ups": { to: "/followups?who=all", label: "Show the follow-ups" },
  users: { to: "/admin/people", label: "Show the people" },
};

/** What an import did, and the way to it. */
export function ImportSummary({ kind, result, again }: { kind: Kind; result: ImportResult; again: () => void }) {
  const shown = SHOWN[kind];
  return (
    <>
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={20} />} title="Imported" role="status">
        <Text size="sm" c="var(--mantine-color-text)">
          {summaryOf(kind, result)}
        </Text>
        <Group mt="sm">
          <Button size="xs" component={Link} to={shown.to}>
            {shown.label}
          </Button>
          <Button size="xs" variant="default" onClick={again}>
            Import another file
          </Button>
        </Group>
      </Alert>
      <Warnings sentences={result.warnings} />
    </>
  );
}
