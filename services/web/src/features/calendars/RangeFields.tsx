import { Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { IconButton } from "@/components/IconButton";
import type { DayHours } from "@/features/calendars/draft";
import { overnight, TIME, wholeDay } from "@/features/calendars/week";
import { words } from "@/i18n/calendars";
import classes from "./calendars.module.css";

interface Props {
  range: DayHours;
  change: (range: DayHours) => void;
  remove?: () => void;
  removeLabel?: string;
}

/** From when until when; says what closes on the next day. */
export function RangeFields({ range, change, remove, removeLabel = "" }: Props) {
  return (
    <div className={classes.range}>
      <TimeField label={words.opens} value={range.opens} change={(opens) => change({ opens, closes: range.closes })} />
      –
      <TimeField label={words.closes} value={range.closes} change={(closes) => change({ opens: range.opens, closes })} />
      <Text size="sm" c="dimmed">
        {wholeDay(range) ? words.wholeDay : overnight(range) ? words.overnight : ""}
      </Text>
      {remove && (
        <IconButton aria-label={removeLabel} onClick={remove}>
          <IconX size={16} />
        </IconButton>
      )}
    </div>
  );
}

interface TimeProps {
  label: string;
  value: string;
  change: (value: string) => void;
}

/** As text: a browser's own field for times takes its language's, and the page has 24 hours everywhere. */
function TimeField({ label, value, change }: TimeProps) {
  return (
    <TextInput
      size="xs"
      w={66}
      required
      maxLength={5}
      pattern={TIME.source}
      title={words.timeHelp}
      placeholder="09:00"
      aria-label={label}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
