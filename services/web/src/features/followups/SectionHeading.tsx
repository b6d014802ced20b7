import { Button, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { RowCheckbox } from "@/components/RowCheckbox";
import type { Filters } from "@/features/followups/filters";
import type { Section } from "@/features/followups/sections";
import { useSelection } from "@/features/followups/SelectionProvider";
import { useSelectAll } from "@/features/followups/useSelectAll";
import { atLeast, t } from "@/i18n";
import classes from "./SectionHeading.module.css";

interface Props {
  section: Section;
  filters: Filters;
  toggle: () => void;
}

/** Name and count of a section; folds it away, ticks all of it that is loaded, and offers what is not. */
export function SectionHeading({ section, filters, toggle }: Props) {
  const { view, followUps, count, uncounted, collapsed } = section;
  const { chosen, all, set } = useSelection();
  const selectAll = useSelectAll(view, filters);
  const everything = all?.view === view;
  const changeable = followUps.filter(({ may_change: mayChange }) => mayChange);
  const ticked = changeable.filter(({ id }) => chosen.has(id)).length;
  const others = uncounted || (count !== undefined && count > followUps.length);
  const allLoaded = ticked > 0 && ticked === changeable.length;
  const whole = everything || (allLoaded && !others);
  const readOnly = followUps.length - changeable.length;
  const name = t.followUps.views[view];
  return (
    <div className={classes.heading} data-view={view}>
      <RowCheckbox
        label={t.followUps.selectAll(name)}
        checked={ticked > 0 && whole}
        partly={ticked > 0 && !whole}
        disabled={changeable.length === 0}
        onChange={() => set(changeable, ticked < changeable.length)}
        className={classes.tick}
      />
      <h2 className={classes.title}>
        <UnstyledButton onClick={toggle} aria-expanded={!collapsed} className={classes.toggle}>
          {name}
          {count !== undefined && <span className={classes.count}>{atLeast(count, uncounted)}</span>}
          <IconChevronDown size={15} className={classes.chevron} data-collapsed={collapsed} aria-hidden />
        </UnstyledButton>
      </h2>
      {count !== undefined && others && allLoaded && readOnly === 0 && !everything && (
        <Button size="compact-xs" variant="subtle" loading={selectAll.isPending} onClick={() => selectAll.mutate()}>
          {t.followUps.selectMatching(atLeast(count, uncounted))}
        </Button>
      )}
    </div>
  );
}
