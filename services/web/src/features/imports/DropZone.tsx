import { Text, UnstyledButton } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useRef, useState, type DragEvent } from "react";
import type { Kind } from "@/features/imports/imports";
import classes from "./DropZone.module.css";

const KINDS = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const NEEDED: Record<Kind, string> = {
  users:
    "A file of people needs their e-mail address and name, and may have role, manager, time zone and whether they are active. Who is known by the address is updated, the others are added.",
  "follow-ups":
    "A file of follow-ups needs an external id, a title, the assignee’s e-mail address and a due time, and may have a lead or client, notes and a status. What is known by its external id is updated, the rest is added.",
};

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
        <Text fw={600}>Drop a CSV or Excel file here, or choose one</Text>
        <Text size="sm" c="dimmed">
          You see what it would do before anything is written.
        </Text>
      </UnstyledButton>
      <input
        ref={input}
        type="file"
        accept={KINDS}
        hidden
        aria-label="File to import"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
      <Text size="sm" c="dimmed">
        {NEEDED[kind]}
      </Text>
    </>
  );
}
