import { SubjectInput } from "@/api/limits";
import { CloseButton, Combobox, InputBase, Loader, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { SubjectIcon } from "@/components/SubjectLink";
import type { ChosenSubject } from "@/features/followups/draft";
import { subjectsQuery } from "@/api/subjects";
import { t } from "@/i18n";

interface Props {
  value: ChosenSubject | null;
  onChange: (subject: ChosenSubject | null) => void;
  error?: string | undefined;
  /** Finds only those that are there, for narrowing something down. */
  existing?: boolean;
  label?: string;
  /** Which one is not offered. */
  except?: number;
  autoFocus?: boolean;
}

const KINDS = ["lead", "client"] as const;

/** Finds a lead or client, or names one that is created with the follow-up. */
export function SubjectField({ value, onChange, error, existing = false, label = t.subjectField.label, except, autoFocus = false }: Props) {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState<string | null>(null);
  const typed = (text ?? "").trim();
  const [q] = useDebouncedValue(typed, 150);
  const { data, isFetching } = useInfiniteQuery({
    ...subjectsQuery({ q: q || undefined }),
    enabled: combobox.dropdownOpened,
  });
  const found = data?.pages[0]?.items.filter(({ id }) => id !== except).slice(0, 8) ?? [];
  const exact = new Set(found.filter(({ name }) => name.toLowerCase() === typed.toLowerCase()).map(({ kind }) => kind));
  const creatable = typed && !existing ? KINDS.filter((kind) => !exact.has(kind)) : [];

  function choose(option: string) {
    const [what, key = ""] = option.split(":");
    const subject = found.find(({ id }) => what === "id" && String(id) === key);
    if (subject) onChange({ id: subject.id, kind: subject.kind, name: subject.name });
    else if (key === "lead" || key === "client") onChange({ id: null, kind: key, name: typed });
    setText(null);
    combobox.closeDropdown();
  }

  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <InputBase
          label={label}
          data-autofocus={autoFocus || undefined}
          maxLength={SubjectInput.name}
          placeholder={existing ? t.facts.any : t.subjectField.placeholder}
          value={text ?? value?.name ?? ""}
          error={error}
          description={value?.id === null ? t.subjectField.created[value.kind] : undefined}
          leftSection={value && <SubjectIcon kind={value.kind} size={16} />}
          rightSection={
            value && text === null ? (
              <CloseButton size="sm" aria-label={t.subjectField.none} onClick={() => onChange(null)} />
            ) : (
              isFetching && <Loader size={14} />
            )
          }
          onFocus={() => combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
            combobox.selectFirstOption();
          }}
          onBlur={() => {
            combobox.closeDropdown();
            setText(null);
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!data && !typed}>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label={t.subjectField.options}>
          {found.map(({ id, kind, name, external_id: externalId }) => (
            <Combobox.Option key={id} value={`id:${id}`}>
              <SubjectIcon kind={kind} /> {name}{" "}
              {externalId && <span style={{ color: "var(--muted)" }}>{externalId}</span>}
            </Combobox.Option>
          ))}
          {creatable.map((kind) => (
            <Combobox.Option key={kind} value={`new:${kind}`}>
              <IconPlus size={14} aria-hidden /> {t.subjectField.newNamed[kind](typed)}
            </Combobox.Option>
          ))}
          {found.length + creatable.length === 0 && (
            <Combobox.Empty>{t.subjectField.empty}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
