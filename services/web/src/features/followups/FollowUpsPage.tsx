import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useDeferredValue } from "react";
import { useMay } from "@/api/session";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { BulkBar } from "@/features/followups/BulkBar";
import { ExportMenu } from "@/features/followups/ExportMenu";
import { FilterBar } from "@/features/followups/FilterBar";
import { FollowUpList } from "@/features/followups/FollowUpList";
import { useFirstSteps } from "@/features/followups/firstSteps";
import { isNarrowed, useFilters } from "@/features/followups/filters";
import { openForm } from "@/features/followups/formRequest";
import { SelectionProvider } from "@/features/followups/SelectionProvider";
import { useSections } from "@/features/followups/useSections";
import { t } from "@/i18n";
import classes from "./FollowUpsPage.module.css";

const HandOver = lazy(() => import("@/features/followups/HandOver"));
const CalendarView = lazy(() => import("@/features/followups/CalendarView"));
const FirstSteps = lazy(() => import("@/features/followups/FirstSteps"));

export function Component() {
  const [filters, change] = useFilters();
  const shown = useDeferredValue(filters);
  const list = useSections(shown);
  const firstSteps = useFirstSteps();
  const nothingOpen = list.counts?.overdue === 0 && list.counts.today === 0 && list.counts.upcoming === 0;
  const plain = shown.tab === "open" && !isNarrowed(shown) && (shown.who === "all" || shown.who === "me");
  const lead = useMay("imports") && plain && (firstSteps === "begun" || firstSteps === "looked" || (firstSteps === "" && nothingOpen));
  return (
    <SelectionProvider scope={JSON.stringify(shown)}>
      <BulkBar />
      <Page
        title={t.followUps.title}
        actions={
          <Group gap="xs" wrap="nowrap">
            {/^\d+$/.test(shown.who) && (
              <Suspense>
                <HandOver filters={shown} />
              </Suspense>
            )}
            <ExportMenu filters={shown} />
            <Button leftSection={<IconPlus size={16} />} onClick={() => openForm({})} className={classes.create}>
              <span className={classes.long}>{t.followUps.new}</span>
              <span className={classes.short}>{t.followUps.newShort}</span>
            </Button>
          </Group>
        }
        toolbar={<FilterBar filters={filters} change={change} counts={list.counts} />}
      >
        {lead && (
          <Suspense>
            <FirstSteps />
          </Suspense>
        )}
        {shown.look ? (
          <Suspense fallback={<RowsSkeleton />}>
            <CalendarView filters={shown} span={shown.look} change={change} />
          </Suspense>
        ) : (
          <FollowUpList list={list} filters={shown} change={change} />
        )}
      </Page>
    </SelectionProvider>
  );
}
