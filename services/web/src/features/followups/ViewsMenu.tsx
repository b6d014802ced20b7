import { Menu, Text } from "@mantine/core";
import { IconBookmarkPlus, IconCheck, IconDeviceFloppy, IconPencil, IconTrash, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/session";
import type { SavedView } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { failed } from "@/components/toasts";
import type { Filters } from "@/features/followups/filters";
import { savedViewsQuery, toSaved } from "@/features/followups/savedViews";
import { useDeleteView, useSaveView } from "@/features/followups/savingViews";
import { words } from "@/i18n/views";

interface Props {
  filters: Filters;
  current: SavedView | undefined;
  changed: boolean;
  show: (view: SavedView | null) => void;
  ask: (what: "new" | "edit") => void;
}

/** The views that somebody has, and what can be done to the one that is shown. */
export default function ViewsMenu({ filters, current, changed, show, ask }: Props) {
  const me = useMe();
  const views = useQuery(savedViewsQuery);
  if (views.isPending) return <RowsSkeleton />;
  if (views.isError) return <ErrorState error={views.error} retry={() => void views.refetch()} />;
  const own = views.data.filter(({ owner }) => owner.id === me.id);
  const shared = views.data.filter(({ owner }) => owner.id !== me.id);
  return (
    <>
      {views.data.length === 0 && (
        <Text size="sm" c="dimmed" p="xs">
          {words.none}
        </Text>
      )}
      <Views label={words.own} views={own} current={current} show={show} />
      <Views label={words.shared} views={shared} current={current} show={show} />
      <Menu.Divider />
      {current && (
        <Menu.Item leftSection={<IconX size={15} />} onClick={() => show(null)}>
          {words.leave}
        </Menu.Item>
      )}
      {current?.may_change && <OfCurrent view={current} filters={filters} changed={changed} show={show} edit={() => ask("edit")} />}
      <Menu.Item leftSection={<IconBookmarkPlus size={15} />} onClick={() => ask("new")}>
        {words.saveNew}
      </Menu.Item>
    </>
  );
}

function Views({ label, views, current, show }: Pick<Props, "current" | "show"> & { label: string; views: SavedView[] }) {
  if (views.length === 0) return null;
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {views.map((view) => (
        <Menu.Item
          key={view.id}
          aria-current={view.id === current?.id || undefined}
          onClick={() => show(view)}
          rightSection={view.id === current?.id && <IconCheck size={15} aria-hidden />}
        >
          {isolate(view.name)}{" "}
          {label === words.shared && (
            <Text span size="xs" c="dimmed">
              {words.sharedBy(isolate(view.owner.name))}
            </Text>
          )}
        </Menu.Item>
      ))}
    </>
  );
}

interface OfCurrentProps extends Pick<Props, "filters" | "changed" | "show"> {
  view: SavedView;
  edit: () => void;
}

function OfCurrent({ view, filters, changed, show, edit }: OfCurrentProps) {
  const me = useMe();
  const save = useSaveView(view, show, (error) => failed(words.notSaved, error));
  const remove = useDeleteView();
  const { name, shared, owner } = view;
  const ask = () =>
    openConfirmDialog({
      title: words.askDelete(isolate(name)),
      text: words.askDeleteText(isolate(owner.name)),
      confirmLabel: words.remove,
      onConfirm: () => remove.mutate(view),
    });
  return (
    <>
      {changed && (
        <Menu.Item leftSection={<IconDeviceFloppy size={15} />} onClick={() => save.mutate({ name, shared, filters: toSaved(filters) })}>
          {words.saveChanges(isolate(name))}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconPencil size={15} />} onClick={edit}>
        {me.role === "employee" ? words.rename : words.edit}
      </Menu.Item>
      <Menu.Item leftSection={<IconTrash size={15} />} onClick={owner.id === me.id ? () => remove.mutate(view) : ask}>
        {words.remove}
      </Menu.Item>
    </>
  );
}
