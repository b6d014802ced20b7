import { Button, Menu } from "@mantine/core";
import { IconBookmark } from "@tabler/icons-react";
import { useState } from "react";
import { isolate } from "@/components/bidi";
import { later } from "@/components/later";
import { RowsSkeleton } from "@/components/PageSkeleton";
import type { Filters } from "@/features/followups/filters";
import { differs, useCurrentView } from "@/features/followups/savedViews";
import { t } from "@/i18n";
import classes from "./FilterBar.module.css";

const ViewsMenu = later(() => import("@/features/followups/ViewsMenu"), <RowsSkeleton />);
const ViewDialog = later(() => import("@/features/followups/ViewDialog"));

/** What the list shows under a name: to go to a view, and to keep what is shown as one. */
export function ViewsControl({ filters }: { filters: Filters }) {
  const [current, show] = useCurrentView();
  const [asked, setAsked] = useState<"new" | "edit" | null>(null);
  const name = current ? isolate(current.name) : "";
  const changed = current !== undefined && differs(filters, current);
  return (
    <>
      <Menu position="bottom-end" width={300} shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            className={classes.filter}
            leftSection={<IconBookmark size={15} />}
            aria-label={current ? (changed ? t.views.changed(name) : t.views.set(name)) : t.views.label}
            data-set={current !== undefined || undefined}
          >
            <span className={classes.filterWord}>
              <span className={classes.viewName}>{current ? name : t.views.label}</span>
              {changed && <em className={classes.changed}>{t.views.mark}</em>}
            </span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={classes.dropdown}>
          <ViewsMenu filters={filters} current={current} changed={changed} show={show} ask={setAsked} />
        </Menu.Dropdown>
      </Menu>
      {asked && (
        <ViewDialog filters={filters} view={asked === "edit" ? current : undefined} show={show} close={() => setAsked(null)} />
      )}
    </>
  );
}
