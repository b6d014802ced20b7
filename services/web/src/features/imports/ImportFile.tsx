import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Problem } from "@/api/problem";
import type { ImportPreview, ImportResult } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { CheckResult } from "@/features/imports/CheckResult";
import { CalendarAnswers } from "@/features/imports/CalendarAnswers";
import { OpenWorkChoice } from "@/features/imports/OpenWorkChoice";
import {
  missing,
  UNANSWERED,
  useCheck,
  useImport,
  usePreview,
  type Answers,
  type Kind,
  type Upload,
} from "@/features/imports/imports";
import { ColumnMapping } from "@/features/imports/ColumnMapping";
import { failed } from "@/components/toasts";
import { useMe } from "@/api/session";
import { words } from "@/i18n/imports";

interface Props {
  kind: Kind;
  file: File;
  imported: (result: ImportResult) => void;
  discard: () => void;
  otherKind: (kind: Kind) => void;
}

/** One file on its way: what it seems to be, what it would do, and the decision. */
export function ImportFile({ kind, file, imported, discard, otherKind }: Props) {
  const { time_zone: own } = useMe();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [leaving, setLeaving] = useState(0);
  const look = usePreview();
  const check = useCheck();
  const write = useImport();
  const looked = useRef(false);

  function take() {
    look.mutate({ kind, file }, { onSuccess: propose });
  }

  function propose(preview: ImportPreview) {
    if (preview.looks_like) return;
    const columns = preview.columns.map(({ column }) => column ?? "");
    decide(preview, { kind, file, columns, zone: preview.times_without_zone ? own : null, answers: UNANSWERED });
  }

  function decide(preview: ImportPreview, next: Upload) {
    setUpload(next);
    const asked = preview.person_needed && !next.answers.person;
    if (asked || missing(preview.required, next.columns).length > 0) check.reset();
    else check.mutate(next, { onSuccess: (result) => setLeaving(result.leaving) });
  }

  useEffect(() => {
    if (looked.current) return;
    looked.current = true;
    take();
  });

  if (look.isPending || look.isIdle) return <RowsSkeleton rows={4} />;
  if (look.error) {
    const text = reason(look.error);
    if (text === undefined) return <ErrorState error={look.error} retry={take} compact />;
    return <Refused title={words.imports.refused(file.name)} text={text} discard={discard} />;
  }
  const preview = look.data;
  const answer = (given: Partial<Answers>) =>
    upload && decide(preview, { ...upload, answers: { ...upload.answers, ...given } });
  if (preview.looks_like) {
    const other = preview.looks_like;
    const name = words.imports.kinds[other];
    return (
      <Refused title={words.imports.otherKind(file.name, name)} text={words.imports.nothingSentence} discard={discard}>
        <Button onClick={() => otherKind(other)}>{words.imports.importAs(name)}</Button>
      </Refused>
    );
  }
  return (
    <>
      {check.isPending && <RowsSkeleton rows={2} />}
      {check.error && upload && <ErrorState error={check.error} retry={() => check.mutate(upload)} compact />}
      {upload && leaving > 0 && (
        <OpenWorkChoice
          people={leaving}
          value={upload.answers.openWork}
          choose={(openWork) => answer({ openWork })}
        />
      )}
      {check.data && upload && (
        <CheckResult
          file={file}
          result={check.data}
          busy={write.isPending}
          confirm={(partial) =>
            write.mutate(
              { ...upload, partial },
              { onSuccess: imported, onError: (error) => failed(words.imports.nothing, error) },
            )
          }
          discard={discard}
        />
      )}
      {upload && preview.kind === "ics" && (
        <CalendarAnswers needed={preview.person_needed} answers={upload.answers} change={answer} />
      )}
      {upload && preview.kind !== "ics" && (
        <ColumnMapping
          preview={preview}
          columns={upload.columns}
          zone={upload.zone}
          change={(columns, zone) => decide(preview, { ...upload, columns, zone })}
        />
      )}
      {!check.data && (
        <Group>
          <Button variant="default" onClick={discard}>
            {words.imports.chooseOther}
          </Button>
        </Group>
      )}
    </>
  );
}

/** What is wrong with the file itself, if that is why it cannot be looked at. */
function reason(error: unknown): string | undefined {
  return error instanceof Problem && error.status === 422 ? error.errors[0]?.message : undefined;
}

interface RefusedProps {
  title: string;
  text: string;
  discard: () => void;
  children?: ReactNode;
}

function Refused({ title, text, discard, children }: RefusedProps) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />} title={title} role="status">
      <Text size="sm" c="var(--mantine-color-text)">
        {text}
      </Text>
      <Group mt="sm">
        {children}
        <Button variant="default" onClick={discard}>
          {words.imports.chooseOther}
        </Button>
      </Group>
    </Alert>
  );
}
