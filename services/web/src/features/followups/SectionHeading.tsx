import { UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { View } from "@/api/types";
import { Tick } from "@/components/Tick";
import type { Section } from "@/features/followups/sections";
import { useSelection } from "@/features/followups/SelectionProvider";
import classes from "./SectionHeading.module.css";

export const VIEW_NAMES: Record<View, string> = {
  overdue: "Overdue",
  today: "Today",
  upcoming: "Upcoming",
  completed: "Completed",
  all: "All",
};

/** Name and count of a section; folds it away, and ticks all of it that is loaded, in part where there is more. */
export function SectionHeading({ section, toggle }: { section: Section; toggle: () => void }) {
  const { view, followUps, count, collapsed } = section;
  const { chosen, set } = useSelection();
  const ticked = followUps.filter(({ id }) => chosen.has(id)).length;
  const whole = ticked === (count ?? followUps.length);
  const name = VIEW_NAMES[view];
  return (
    <div className={classes.heading} data-view={view}>
      <Tick
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
    </div>
  );
}
