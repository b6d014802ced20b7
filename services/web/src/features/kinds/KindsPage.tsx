import { Button, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArchive, IconArrowDown, IconArrowUp, IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { DEFAULT_KIND, kindsQuery } from "@/api/kinds";
import type { Kind } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { isolate } from "@/components/bidi";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import { KindDialog } from "@/features/kinds/KindDialog";
import { useChange, useOrder } from "@/features/kinds/mutations";
import { t } from "@/i18n";
import classes from "./KindsPage.module.css";

/** The kinds that follow-ups can be of: admins add, rename, order and archive them. */
export function Component() {
  const { data, error, refetch } = useQuery(kindsQuery());
  const archived = useQuery(kindsQuery(true));
  const [named, setNamed] = useState<{ kind?: Kind } | null>(null);
  return (
    <Page
      title={t.kinds.title}
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setNamed({})}>
          {t.kinds.add}
        </Button>
      }
    >
      {named && <KindDialog {...named} close={() => setNamed(null)} />}
      <Text size="sm" c="dimmed" mb="md">
        {t.kinds.text}
      </Text>
      {data ? (
        <InUse kinds={data} rename={(kind) => setNamed({ kind })} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={5} />
      )}
      {archived.data && archived.data.length > 0 && <Archived kinds={archived.data} />}
    </Page>
  );
}

function InUse({ kinds, rename }: { kinds: readonly Kind[]; rename: (kind: Kind) => void }) {
  const order = useOrder();
  const change = useChange();
  const ids = kinds.map(({ id }) => id);

  function move(from: number, to: number) {
    order.mutate(ids.toSpliced(from, 1).toSpliced(to, 0, ...ids.slice(from, from + 1)));
  }

  function archive(kind: Kind) {
    openConfirmDialog({
      title: t.kinds.askArchive(isolate(kind.label)),
      text: t.kinds.askArchiveText,
      confirmLabel: t.kinds.archiveIt,
      onConfirm: () => change.mutate({ kind, body: { archived: true } }),
    });
  }

  return (
    <ol className={classes.kinds} aria-label={t.kinds.list}>
      {kinds.map((kind, place) => (
        <li key={kind.id} className={classes.kind}>
          <Name kind={kind} />
          <span className={classes.actions}>
            <IconButton aria-label={t.kinds.moveUp(kind.label)} disabled={place === 0} onClick={() => move(place, place - 1)}>
              <IconArrowUp size={16} />
            </IconButton>
            <IconButton
              aria-label={t.kinds.moveDown(kind.label)}
              disabled={place === kinds.length - 1}
              onClick={() => move(place, place + 1)}
            >
              <IconArrowDown size={16} />
            </IconButton>
            <IconButton aria-label={t.kinds.renameNamed(kind.label)} onClick={() => rename(kind)}>
              <IconPencil size={16} />
            </IconButton>
            <IconButton
              aria-label={t.kinds.archive(kind.label)}
              disabled={kind.name === DEFAULT_KIND}
              onClick={() => archive(kind)}
            >
              <IconArchive size={16} />
            </IconButton>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Archived({ kinds }: { kinds: readonly Kind[] }) {
  const change = useChange();
  return (
    <section aria-labelledby="archived-kinds" className={classes.archived}>
      <Title order={2} size="h4" id="archived-kinds" mb="sm">
        {t.kinds.archived}
      </Title>
      <ul className={classes.kinds}>
        {kinds.map((kind) => (
          <li key={kind.id} className={classes.kind}>
            <Name kind={kind} />
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t.kinds.bringBackNamed(kind.label)}
              onClick={() => change.mutate({ kind, body: { archived: false } })}
            >
              {t.kinds.bringBack}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What people call it, and where that differs, what files and policies say. */
function Name({ kind: { name, label } }: { kind: Kind }) {
  return (
    <span className={classes.name}>
      <UserText>{label}</UserText>
      {name !== label.toLowerCase() && (
        <span className={classes.aside}>
          <UserText>{name}</UserText>
        </span>
      )}
      {name === DEFAULT_KIND && <span className={classes.aside}>{t.kinds.isDefault}</span>}
    </span>
  );
}
