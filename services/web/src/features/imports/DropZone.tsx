import { Text, UnstyledButton } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useRef, useState, type DragEvent } from "react";
import type { Kind } from "@/features/imports/imports";
import { words } from "@/i18n/imports";
import classes from "./DropZone.module.css";

const TABLES = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Takes a file that is dropped on it or chosen. */
export function DropZone({ kind, onFile }: { kind: Kind; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  }

  return (
    <>
      <UnstyledButton
        className={classes.zone}
        data-over={over || undefined}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileSpreadsheet size={30} stroke={1.5} aria-hidden />
        <Text fw={600}>{words.imports.drop}</Text>
        <Text size="sm" c="dimmed">
          {words.imports.dropHelp}
        </Text>
      </UnstyledButton>
      <input
        ref={input}
        type="file"
        accept={kind === "absences" ? `${TABLES},.ics,text/calendar` : TABLES}
        hidden
        aria-label={words.imports.file}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
      <Text size="sm" c="dimmed">
        {words.imports.needed[kind]}
      </Text>
    </>
  );
}
