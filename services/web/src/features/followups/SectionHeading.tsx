import { Button, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { View } from "@/api/types";
import { RowCheckbox } from "@/components/RowCheckbox";
import type { Filters } from "@/features/followups/filters";
import type { Section } from "@/features/followups/sections";
import { useSelection } from "@/features/followups/SelectionProvider";
import { useSelectAll } from "@/features/followups/useSelectAll";
import classes from "./SectionHeading.module.css";

export const VIEW_NAMES: Record<View, string> = {
  overdue: "Overdue",
  today: "Today",
  upcoming: "Upcoming",
  completed: "Completed",
  all: "All",
};

interface Props {
  section: Section;
  filters: Filters;
  toggle: () => void;
}

/** Name and count of a section; folds it away, ticks all of it that is loaded, and offers what is not. */
export function SectionHeading({ section, filters, toggle }: Props) {
  const { view, followUps, count, collapsed } = section;
  const { chosen, all, set } = useSelection();
  const selectAll = useSelectAll(view, filters);
  const everything = all?.view === view;
  const ticked = followUps.filter(({ id }) => chosen.has(id)).length;
  const whole = everything || ticked === (count ?? followUps.length);
  const more = count !== undefined && count > followUps.length && followUps.length > 0 && ticked === followUps.length;
  const name = VIEW_NAMES[view];
  return (
    <div className={classes.heading} data-view={view}>
      <RowCheckbox
        label={`Select all under ${name}`}
        checked={ticked > 0 && whole}
        partly={ticked > 0 && !whole}
        disabled={followUps.length === 0}
        onChange={() => set(followUps, ticked < followUps.length)}
        className={classes.tick}
      />
      <h2 className={classes.title}>
        <UnstyledButton onClick={toggle} aria-expanded={!collapsed} className={classes.toggle}>
          {name}
          {count !== undefined && <span className={classes.count}>{count.toLocaleString("en")}</span>}
          <IconChevronDown size={15} className={classes.chevron} data-collapsed={collapsed} aria-hidden />
        </UnstyledButton>
      </h2>
      {more && !everything && (
        <Button size="compact-xs" variant="subtle" loading={selectAll.isPending} onClick={() => selectAll.mutate()}>
          Select all {count.toLocaleString("en")} that match
        </Button>
      )}
    </div>
  );
}
