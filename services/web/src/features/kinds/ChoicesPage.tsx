import { Button, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArchive, IconArrowDown, IconArrowUp, IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Choice } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import { ChoiceDialog } from "@/features/kinds/ChoiceDialog";
import type { ChoiceList } from "@/features/kinds/lists";
import { useChange, useOrder } from "@/features/kinds/mutations";
import classes from "./KindsPage.module.css";

/** A list that people choose from: admins add, rename, order and archive what is in it. */
export function ChoicesPage({ list }: { list: ChoiceList }) {
  const { words, query } = list;
  const { data, error, refetch } = useQuery(query());
  const archived = useQuery(query(true));
  const [named, setNamed] = useState<{ choice?: Choice } | null>(null);
  return (
    <Page
      title={words.title}
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setNamed({})}>
          {words.add}
        </Button>
      }
    >
      {named && <ChoiceDialog list={list} {...named} close={() => setNamed(null)} />}
      <Text size="sm" c="dimmed" mb="md">
        {words.text}
      </Text>
      {data ? (
        <InUse list={list} choices={data} rename={(choice) => setNamed({ choice })} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={5} />
      )}
      {archived.data && archived.data.length > 0 && <Archived list={list} choices={archived.data} />}
    </Page>
  );
}

interface Props {
  list: ChoiceList;
  choices: readonly Choice[];
}

function InUse({ list, choices, rename }: Props & { rename: (choice: Choice) => void }) {
  const { words, fixed } = list;
  const order = useOrder(list);
  const change = useChange(list);
  const ids = choices.map(({ id }) => id);

  function move(from: number, to: number) {
    order.mutate(ids.toSpliced(from, 1).toSpliced(to, 0, ...ids.slice(from, from + 1)));
  }

  function archive(choice: Choice) {
    openConfirmDialog({
      title: words.askArchive(isolate(choice.label)),
      text: words.askArchiveText,
      confirmLabel: words.archiveIt,
      onConfirm: () => change.mutate({ choice, body: { archived: true } }),
    });
  }

  return (
    <ol className={classes.kinds} aria-label={words.list}>
      {choices.map((choice, place) => (
        <li key={choice.id} className={classes.kind}>
          <Name list={list} choice={choice} />
          <span className={classes.actions}>
            <IconButton aria-label={words.moveUp(choice.label)} disabled={place === 0} onClick={() => move(place, place - 1)}>
              <IconArrowUp size={16} />
            </IconButton>
            <IconButton
              aria-label={words.moveDown(choice.label)}
              disabled={place === choices.length - 1}
              onClick={() => move(place, place + 1)}
            >
              <IconArrowDown size={16} />
            </IconButton>
            <IconButton aria-label={words.renameNamed(choice.label)} onClick={() => rename(choice)}>
              <IconPencil size={16} />
            </IconButton>
            <IconButton
              aria-label={words.archive(choice.label)}
              disabled={choice.name === fixed}
              onClick={() => archive(choice)}
            >
              <IconArchive size={16} />
            </IconButton>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Archived({ list, choices }: Props) {
  const { words } = list;
  const change = useChange(list);
  return (
    <section aria-labelledby="archived-choices" className={classes.archived}>
      <Title order={2} size="h4" id="archived-choices" mb="sm">
        {words.archived}
      </Title>
      <ul className={classes.kinds}>
        {choices.map((choice) => (
          <li key={choice.id} className={classes.kind}>
            <Name list={list} choice={choice} />
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.bringBackNamed(choice.label)}
              onClick={() => change.mutate({ choice, body: { archived: false } })}
            >
              {words.bringBack}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What people call it, and where that differs, what files and policies say. */
function Name({ list: { words, fixed }, choice: { name, label } }: { list: ChoiceList; choice: Choice }) {
  return (
    <span className={classes.name}>
      <UserText>{label}</UserText>
      {name !== label.toLowerCase() && (
        <span className={classes.aside}>
          <UserText>{name}</UserText>
        </span>
      )}
      {name === fixed && <span className={classes.aside}>{words.isDefault}</span>}
    </span>
  );
}
