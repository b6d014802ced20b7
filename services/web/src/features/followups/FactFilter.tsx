import { Button, CloseButton, Popover } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import { useKindLabel } from "@/api/kinds";
import { useOutcomeLabel } from "@/api/outcomes";
import { useMe } from "@/api/session";
import { later } from "@/components/later";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import type { Filters } from "@/features/followups/filters";
import { money, t } from "@/i18n";
import { inZone } from "@/time/format";
import classes from "./FilterBar.module.css";
import pill from "./SubjectFilter.module.css";

const FactFilterFields = later(() => import("@/features/followups/FactFilterFields"), <RowsSkeleton />);

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

/** Narrows the list to follow-ups of some sort. */
export function FactFilter({ filters, change }: Props) {
  const [opened, setOpened] = useState(false);
  const { kind, priority, tag, currency, held, severity, moved, done_from: since, on_time: onTime, told } = filters;
  const outcome = filters.tab === "completed" && filters.outcome;
  const due = filters.due || filters.due_from || filters.due_before;
  const set = [due, filters.about, told, kind, priority, tag, currency, held, severity, moved, since, onTime, outcome].filter(Boolean).length;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes.filter}
          leftSection={<IconFilter size={15} />}
          aria-label={set ? t.facts.filtered(set) : t.facts.filter}
          data-set={set > 0 || undefined}
          onClick={() => setOpened((open) => !open)}
        >
          <span className={classes.filterWord}>{t.facts.filter}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.facts.filterLabel} className={classes.dropdown}>
        <FactFilterFields filters={filters} change={change} close={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What the list is narrowed to, each to be taken away. */
export function FactPills({ filters, change }: Props) {
  const kind = useKindLabel(filters.kind);
  const { time_zone: zone } = useMe();
  const { priority, tag, from, to, currency, held, severity, moved, done_from: since, on_time: onTime, told } = filters;
  const outcome = useOutcomeLabel(filters.tab === "completed" ? filters.outcome : "");
  const pills = [
    filters.due && { words: t.facts.dueIn[filters.due], without: { due: "" } as const },
    (filters.due_from || filters.due_before) && { words: dueInWords(filters, zone), without: { due_from: "", due_before: "" } },
    filters.about && { words: t.facts.about[filters.about], without: { about: "" } as const },
    told && { words: t.facts.told, without: { told: "" } },
    filters.kind && { words: t.facts.ofKind(kind), without: { kind: "" } },
    priority && { words: t.facts.ofPriority[priority], without: { priority: "" } as const },
    tag && { words: t.facts.tagged(tag), without: { tag: "" } },
    held && { words: t.holds.filters[held], without: { held: "" } as const },
    severity && { words: t.facts.atLeast[severity], without: { severity: "" } as const },
    moved && { words: t.facts.moved(Number(moved)), without: { moved: "" } },
    since && { words: t.facts.doneSince(inZone(since, zone, "day")), without: { done_from: "" } },
    onTime && { words: t.facts.onTime[onTime], without: { on_time: "" } as const },
    outcome && { words: outcome, without: { outcome: "" } },
    currency && { words: worthInWords(from, to, currency), without: { from: "", to: "", currency: "" } },
  ].filter((each) => Boolean(each)) as { words: string; without: Partial<Filters> }[];
  if (pills.length === 0) return null;
  return (
    <ul className={classes.pills} aria-label={t.facts.pills}>
      {pills.map(({ words, without }) => (
        <li key={words} className={pill.pill}>
          <UserText className={pill.name ?? ""}>{words}</UserText>
          <CloseButton size="sm" aria-label={t.facts.remove(words)} onClick={() => change(without)} />
        </li>
      ))}
    </ul>
  );
}

/** The days are whole ones: before the end of the last one. */
function dueInWords({ due_from: begin, due_before: end }: Pick<Filters, "due_from" | "due_before">, zone: string): string {
  const last = end && inZone(Date.parse(end) - 1, zone, "day");
  return t.facts.due(begin && inZone(begin, zone, "day"), last);
}

function worthInWords(from: string, to: string, currency: string): string {
  const { any, between, from: atLeast, to: atMost } = t.facts.worth;
  if (from && to) return between(money(from, currency), money(to, currency));
  if (from) return atLeast(money(from, currency));
  return to ? atMost(money(to, currency)) : any(currency);
}
