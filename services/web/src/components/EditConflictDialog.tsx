import { Button, Group, Text } from "@mantine/core";
import { Dialog } from "@/components/Dialog";
import { Cell, HeadCell, StackedRow, StackedTable } from "@/components/StackedTable";
import { t } from "@/i18n";
import classes from "./EditConflictDialog.module.css";

const { mine: MINE, theirs: THEIRS } = t.conflict;
const COLUMNS = [{ name: t.conflict.field, width: 120 }, { name: MINE }, { name: THEIRS }];

export interface FieldVersions {
  field: string;
  label: string;
  mine: string;
  theirs: string;
}

interface Props {
  fields: readonly FieldVersions[];
  /** What else has happened meanwhile, as a sentence. */
  note?: string | undefined;
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
  /** To what was being edited; without it nothing was typed. */
  back?: () => void;
}

/** Somebody else saved first: both versions side by side, and the choice between them. */
export function EditConflictDialog({ fields, note, busy, keepMine, takeTheirs, back }: Props) {
  return (
    <Dialog onClose={back ?? takeTheirs} title={back ? t.conflict.title : t.conflict.titleMeanwhile} size="xl">
      <Text size="sm" c="dimmed" mb="md">
        {note && `${note} `}
        {t.conflict.text}
      </Text>
      <StackedTable verticalSpacing="xs" layout="fixed" columns={COLUMNS} aria-label={t.conflict.both}>
        {fields.map((row) => {
          const differs = row.mine !== row.theirs;
          const look = { wide: true, fw: differs ? 600 : 400, className: classes.words };
          return (
            <StackedRow key={row.field} bg={differs ? "var(--level-1-bg)" : undefined}>
              <HeadCell fw={500}>{row.label}</HeadCell>
              <Cell of={MINE} {...look}>
                {row.mine}
              </Cell>
              <Cell of={THEIRS} {...look}>
                {row.theirs}
              </Cell>
            </StackedRow>
          );
        })}
      </StackedTable>
      <Group justify="flex-end" mt="lg">
        {back && (
          <Button variant="subtle" color="gray" c="var(--mantine-color-text)" onClick={back}>
            {t.conflict.back}
          </Button>
        )}
        <Button variant="default" onClick={takeTheirs}>
          {t.conflict.takeTheirs}
        </Button>
        <Button onClick={keepMine} loading={busy}>
          {t.conflict.saveMine}
        </Button>
      </Group>
    </Dialog>
  );
}
