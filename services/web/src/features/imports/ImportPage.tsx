import { SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Page } from "@/components/Page";
import { ImportSummary } from "@/features/imports/ImportSummary";
import { ImportFile } from "@/features/imports/ImportFile";
import { DropZone } from "@/features/imports/DropZone";
import type { Kind } from "@/features/imports/imports";
import type { ImportResult } from "@/api/types";
import { words } from "@/i18n/imports";

/** Drop a file, see what its columns are, what it would do and every mistake in it, then confirm. */
export function Component() {
  const [kind, setKind] = useState<Kind>(useSearchParams()[0].get("of") === "users" ? "users" : "follow-ups");
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<ImportResult | null>(null);

  function reset() {
    setFile(null);
    setResult(null);
  }

  return (
    <Page title={words.imports.title} narrow>
      <Stack gap="lg">
        <SegmentedControl
          aria-label={words.imports.what}
          value={kind}
          onChange={(next) => {
            setKind(next);
            reset();
          }}
          data={[
            { value: "follow-ups", label: words.imports.kinds["follow-ups"] },
            { value: "users", label: words.imports.kinds.users },
            { value: "absences", label: words.imports.kinds.absences },
          ]}
          style={{ alignSelf: "flex-start" }}
        />
        {result ? (
          <ImportSummary kind={kind} result={result} again={reset} />
        ) : file ? (
          <ImportFile
            key={`${kind} ${file.name} ${file.lastModified}`}
            kind={kind}
            file={file}
            imported={setResult}
            discard={reset}
            otherKind={setKind}
          />
        ) : (
          <DropZone kind={kind} onFile={setFile} />
        )}
      </Stack>
    </Page>
  );
}
