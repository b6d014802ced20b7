import { UnstyledButton } from "@mantine/core";
import { Link } from "react-router";
import type { CountedView, FollowUpCounts } from "@/api/types";
import type { Filters, Tab } from "@/features/followups/filters";
import { FactFilter, FactPills } from "@/features/followups/FactFilter";
import { LookToggle } from "@/features/followups/LookToggle";
import { OrderControl } from "@/features/followups/OrderControl";
import { SearchField } from "@/components/SearchField";
import { SubjectFilter } from "@/features/followups/SubjectFilter";
import { SelectToggle } from "@/features/followups/SelectToggle";
import { ViewsControl } from "@/features/followups/ViewsControl";
import { WhoFilter } from "@/features/followups/WhoFilter";
import { useMay } from "@/api/session";
import { atLeast, t } from "@/i18n";
import classes from "./FilterBar.module.css";

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
  counts: FollowUpCounts | undefined;
}

const TABS: { tab: Tab; label: string; count?: CountedView }[] = [
  { tab: "open", label: t.followUps.allOpen },
  { tab: "overdue", label: t.followUps.views.overdue, count: "overdue" },
  { tab: "today", label: t.followUps.views.today, count: "today" },
  { tab: "upcoming", label: t.followUps.views.upcoming, count: "upcoming" },
  { tab: "completed", label: t.followUps.views.completed },
];

/** On a phone the tabs are more than fit: what is shown is in sight. */
function intoSight(tab: HTMLElement | null) {
  const row = tab?.parentElement;
  if (!tab || !row) return;
  const right = tab.offsetLeft + tab.offsetWidth - row.offsetLeft;
  if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth;
  else row.scrollLeft = Math.min(row.scrollLeft, Math.max(0, tab.offsetLeft - row.offsetLeft));
}

export function FilterBar({ filters, change, counts }: Props) {
  const seesOthers = useMay("escalations:read");
  const mayDelete = useMay("follow-ups:delete");
  return (
    <div className={classes.bar}>
      <div className={classes.tabs} role="group" aria-label={t.followUps.show}>
        {TABS.map(({ tab, label, count }) => (
          <UnstyledButton
            key={tab}
            className={classes.tab}
            aria-pressed={filters.tab === tab}
            ref={filters.tab === tab ? intoSight : null}
            onClick={() => change({ tab })}
          >
            {label}
            {count && counts && <span className={classes.count}>{atLeast(counts[count], counts.at_least.includes(count))}</span>}
          </UnstyledButton>
        ))}
        {mayDelete && (
          <Link to="/followups/deleted" className={classes.tab}>
            {t.followUps.deleted}
          </Link>
        )}
      </div>
      <div className={classes.fields}>
        {seesOthers && <WhoFilter who={filters.who} change={(who) => change({ who })} />}
        <ViewsControl filters={filters} />
        <FactFilter filters={filters} change={change} />
        {!filters.look && filters.tab !== "completed" && <OrderControl filters={filters} change={change} />}
        {filters.subject && <SubjectFilter id={Number(filters.subject)} clear={() => change({ subject: "" })} />}
        <SearchField q={filters.q} change={(q) => change({ q })} />
        <LookToggle look={filters.look} change={change} />
        {!filters.look && <SelectToggle />}
      </div>
      <FactPills filters={filters} change={change} />
    </div>
  );
}
