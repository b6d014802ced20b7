import { Button, Loader, SegmentedControl, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconArrowDown, IconArrowUp, IconUsersGroup } from "@tabler/icons-react";
import { useMe } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { labelOf, usePeopleInScope, withReports } from "@/features/people";
import { SORTS } from "@/features/team/figures";
import { teamQuery } from "@/features/team/queries";
import { TeamTable } from "@/features/team/TeamTable";
import { sortedBy, useView, type View } from "@/features/team/view";
import { words } from "@/i18n/team";
import classes from "./TeamPage.module.css";

/** How everybody of a team is doing: who slips, and what to do about it. */
export function Component() {
  const [view, change] = useView();
  const { of, ...how } = view;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery(
    teamQuery({ ...how, of: of ? Number(of) : undefined }),
  );
  const first = data?.pages[0];
  const members = data?.pages.flatMap(({ items }) => items) ?? [];
  const sortable = !hasNextPage && data?.pages.length === 1;
  return (
    <Page
      title={words.title}
      aside={isPlaceholderData && <Loader size="xs" />}
      toolbar={<Toolbar view={view} change={change} sortable={sortable} />}
    >
      {first ? (
        members.length > 0 ? (
          <>
            {!sortable && <p className={classes.note}>{words.byName(first.people)}</p>}
            <TeamTable members={members} since={first} view={view} change={change} sortable={sortable} />
            {hasNextPage && (
              <Button variant="default" mt="sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {words.loadMore(first.people - members.length)}
              </Button>
            )}
          </>
        ) : (
          <EmptyState icon={IconUsersGroup} title={words.nobody} text={words.nobodyText} />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={8} />
      )}
    </Page>
  );
}

interface ToolbarProps {
  view: View;
  change: (next: Partial<View>) => void;
  sortable: boolean;
}

/** Whose team, and on a phone its order, which else the heads of the columns say. */
function Toolbar({ view, change, sortable }: ToolbarProps) {
  const me = useMe();
  const managers = withReports(usePeopleInScope()).filter(({ id }) => id !== me.id);
  const ArrowOf = view.order === "asc" ? IconArrowUp : IconArrowDown;
  return (
    <div className={classes.toolbar}>
      {managers.length > 0 && (
        <Select
          aria-label={words.whose}
          w={{ base: 170, xs: 220 }}
          leftSection={<IconUsersGroup size={15} />}
          data={[
            { value: "", label: me.role === "admin" ? words.company : words.mine },
            ...managers.map((one) => ({ value: String(one.id), label: labelOf(one) })),
          ]}
          value={view.of}
          onChange={(of) => change({ of: of ?? "" })}
          allowDeselect={false}
          searchable
        />
      )}
      <SegmentedControl
        aria-label={words.depth}
        data={(["direct", "all"] as const).map((value) => ({ value, label: words.depths[value] }))}
        value={view.depth}
        onChange={(depth) => change({ depth: depth === "all" ? "all" : "direct" })}
      />
      {sortable && (
        <span className={classes.sort}>
          <Select
            aria-label={words.sortBy}
            w={170}
            data={SORTS.map((value) => ({ value, label: words.columns[value] }))}
            value={view.sort}
            onChange={(sort) => sort && change(sortedBy(view, sort))}
            allowDeselect={false}
          />
          <IconButton aria-label={words.turn} onClick={() => change(sortedBy(view, view.sort))}>
            <ArrowOf size={18} />
          </IconButton>
        </span>
      )}
    </div>
  );
}
