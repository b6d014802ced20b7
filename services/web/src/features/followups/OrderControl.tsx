import { Button, Popover } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { useState } from "react";
import { later } from "@/components/later";
import { RowsSkeleton } from "@/components/PageSkeleton";
import type { Filters } from "@/features/followups/filters";
import { t } from "@/i18n";
import classes from "./FilterBar.module.css";

const OrderFields = later(() => import("@/features/followups/OrderFields"), <RowsSkeleton />);

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

/** By what a list of open follow-ups is sorted or grouped. */
export function OrderControl({ filters, change }: Props) {
  const [opened, setOpened] = useState(false);
  const { sort, group } = filters;
  const order = group ? t.order.grouped(t.order.by[group]) : sort && t.order.by[sort];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={260} returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes.filter}
          leftSection={<IconArrowsSort size={15} />}
          aria-label={order ? t.order.set(order) : t.order.label}
          data-set={order !== "" || undefined}
          onClick={() => setOpened((open) => !open)}
        >
          <span className={classes.filterWord}>{t.order.label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.order.label}>
        <OrderFields filters={filters} change={change} close={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}
