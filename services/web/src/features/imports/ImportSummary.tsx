import { Alert, Button, Group, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import type { ImportResult } from "@/api/types";
import { useLogInOptions } from "@/features/session";
import { Warnings } from "@/features/imports/CheckResult";
import { summaryOf } from "@/features/imports/summary";
import type { Kind } from "@/features/imports/imports";
import { words } from "@/i18n/imports";

const PAGES: Record<Kind, string> = { "follow-ups": "/followups?who=all", users: "/admin/people", absences: "/admin/people" };

/** What an import did, and the way to it. */
export function ImportSummary({ kind, result, again }: { kind: Kind; result: ImportResult; again: () => void }) {
  const passwords = useLogInOptions()?.password ?? false;
  const invite = kind === "users" && result.created > 0 && passwords;
  return (
    <>
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={20} />} title={words.imports.done} role="status">
        <Text size="sm" c="var(--mantine-color-text)">
          {summaryOf(kind, result)} {invite && words.imports.inviteText}
        </Text>
        <Group mt="sm">
          <Button size="xs" component={Link} to={PAGES[kind]}>
            {invite ? words.imports.invite : words.imports.show[kind]}
          </Button>
          <Button size="xs" variant="default" onClick={again}>
            {words.imports.importOther}
          </Button>
        </Group>
      </Alert>
      <Warnings sentences={result.warnings} />
    </>
  );
}
