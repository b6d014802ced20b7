import { Alert, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import type { ImportResult } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Checked, Warnings } from "@/features/admin/Checked";
import { DropZone } from "@/features/admin/DropZone";
import { COLUMNS, useCheck, useImport, type Kind } from "@/features/admin/imports";
import { failed } from "@/features/followups/toasts";

/** Drop a file, see what it would do and every mistake in it, then confirm. */
export function Component() {
  const [kind, setKind] = useState<Kind>("follow-ups");
  const [file, setFile] = useState<File | null>(null);
  const check = useCheck();
  const write = useImport();

  function reset() {
    setFile(null);
    check.reset();
    write.reset();
  }

  function take(next: File) {
    write.reset();
    setFile(next);
    check.mutate({ kind, file: next });
  }

  function confirm(partial: boolean) {
    if (file) write.mutate({ kind, file, partial }, { onError: (error) => failed("Nothing was imported", error) });
  }

  return (
    <Page title="Import" narrow>
      <Stack gap="lg">
        <SegmentedControl
          aria-label="What to import"
          value={kind}
          onChange={(next) => {
            setKind(next);
            reset();
          }}
          data={[
            { value: "follow-ups", label: "Follow-ups" },
            { value: "users", label: "People" },
          ]}
          style={{ alignSelf: "flex-start" }}
        />
        {write.data ? (
          <Imported result={write.data} again={reset} />
        ) : file ? (
          <>
            {check.isPending && <RowsSkeleton rows={4} />}
            {check.error && <ErrorState error={check.error} retry={() => take(file)} compact />}
            {check.data && (
              <Checked file={file} result={check.data} busy={write.isPending} confirm={confirm} discard={reset} />
            )}
          </>
        ) : (
          <>
            <DropZone onFile={take} />
            <Text size="sm" c="dimmed">
              Columns: <code style={{ overflowWrap: "anywhere" }}>{COLUMNS[kind].join(",")}</code>. What is known by its{" "}
              {kind === "users" ? "e-mail address" : "external id"} is updated, the rest is added. Times need a zone,
              such as 2026-03-31T09:00:00Z.
            </Text>
          </>
        )}
      </Stack>
    </Page>
  );
}

function Imported({ result, again }: { result: ImportResult; again: () => void }) {
  const { created, updated, unchanged, errors, more_errors: more, warnings } = result;
  const left = errors.length + more;
  return (
    <>
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={20} />} title="Imported" role="status">
        <Text size="sm" c="var(--mantine-color-text)">
          {created.toLocaleString("en")} added, {updated.toLocaleString("en")} updated,{" "}
          {unchanged.toLocaleString("en")} as they were
          {left > 0 && `; mistakes left out: ${left.toLocaleString("en")}`}.
        </Text>
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={again}>
            Import another file
          </Button>
        </Group>
      </Alert>
      <Warnings sentences={warnings} />
    </>
  );
}
