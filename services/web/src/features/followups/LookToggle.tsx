import { Button } from "@mantine/core";
import { IconCalendarTime } from "@tabler/icons-react";
import type { Filters } from "@/features/followups/filters";
import { t } from "@/i18n";
import classes from "./FilterBar.module.css";

interface Props {
  look: Filters["look"];
  change: (next: Pick<Filters, "look">) => void;
}

/** Shows the list on a calendar, and as a list again. */
export function LookToggle({ look, change }: Props) {
  return (
    <Button
      variant="default"
      className={classes.filter}
      leftSection={<IconCalendarTime size={15} />}
      aria-label={t.followUps.calendar}
      aria-pressed={look !== ""}
      data-set={look !== "" || undefined}
      onClick={() => change({ look: look ? "" : "month" })}
    >
      <span className={classes.filterWord}>{t.followUps.calendar}</span>
    </Button>
  );
}
