import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Repeats } from "@/api/types";
import { RepeatField } from "@/features/followups/RepeatField";
import { seriesQuery } from "@/features/followups/queries";
import { words } from "@/i18n/series";

interface Props {
  /** Of which series it is; null: of none. */
  series: number | null;
  /** Undefined: as it is. */
  value: Repeats | null | undefined;
  onChange: (repeats: Repeats | null) => void;
  due: string | null;
  assignee: number;
  error?: string | undefined;
}

/** By which rule it comes again: that of its series, until another one is chosen. */
export function SeriesField({ series, value, ...props }: Props) {
  const { data } = useQuery({ ...seriesQuery(series ?? 0), enabled: series !== null });
  if (series !== null && !data?.may_change) return null;
  const now = data && data.ended_at === null ? ruleOf(data.repeats) : null;
  return (
    <div>
      <RepeatField {...props} first={data?.repeats.starts_on} value={value === undefined ? now : value} />
      {now && (
        <Text size="sm" c="dimmed" mt={4}>
          {words.dueAlone}
        </Text>
      )}
    </div>
  );
}

/** A rule as one would choose it: from when on it counts is the API's. */
function ruleOf(shown: Repeats & { starts_on?: string }): Repeats {
  const rule = { ...shown };
  delete rule.starts_on;
  return rule;
}
