import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useKindChoices } from "@/api/kinds";
import { subjectQuery } from "@/api/subjects";
import type { OpenWorkFilter } from "@/api/types";
import { PRIORITIES, SubjectField, TAG_LENGTH } from "@/features/followups";
import { t } from "@/i18n";

interface Props {
  filter: OpenWorkFilter;
  change: (filter: OpenWorkFilter) => void;
}

/** Which of somebody's open follow-ups: about whom, of which kind, how urgent, with which tag. */
export function WorkFilter({ filter, change }: Props) {
  const kinds = useKindChoices(filter.kind ?? undefined);
  const subject = filter.subject_id ?? 0;
  const { data: about } = useQuery({ ...subjectQuery(subject), enabled: subject !== 0 });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <SubjectField
        value={subject !== 0 && about ? about : null}
        onChange={(next) => change({ ...filter, subject_id: next?.id ?? null })}
        existing
      />
      <Select
        label={t.facts.kind}
        placeholder={t.facts.any}
        data={kinds}
        value={filter.kind ?? null}
        onChange={(kind) => change({ ...filter, kind })}
        clearable
      />
      <Select
        label={t.facts.priority}
        placeholder={t.facts.any}
        data={PRIORITIES.map((value) => ({ value, label: t.facts.priorities[value] }))}
        value={filter.priority ?? null}
        onChange={(priority) => change({ ...filter, priority })}
        clearable
      />
      <TextInput
        label={t.facts.tag}
        placeholder={t.facts.any}
        maxLength={TAG_LENGTH}
        value={filter.tag ?? ""}
        onChange={(event) => change({ ...filter, tag: event.currentTarget.value.toLowerCase() || null })}
      />
    </SimpleGrid>
  );
}
