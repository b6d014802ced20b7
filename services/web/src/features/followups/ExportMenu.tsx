import { ActionIcon, Loader, Menu, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { addressOf } from "@/api/client";
import type { View } from "@/api/types";
import { useExport } from "@/features/followups/useExport";
import { useMe } from "@/api/session";
import { apiSort, listFilters, type Filters } from "@/features/followups/filters";
import { t } from "@/i18n";

const KINDS = [
  { format: "xlsx", label: t.export.xlsx },
  { format: "csv", label: t.export.csv },
] as const;

/** Downloads what the list is narrowed to; all open ones come together with the completed ones. */
export function ExportMenu({ filters }: { filters: Filters }) {
  const { id: person } = useMe();
  const [opened, setOpened] = useState(false);
  const file = useExport();
  const view: View = filters.tab === "open" && !apiSort(filters).sort ? "all" : filters.tab;
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Tooltip label={file.isPending ? t.export.pending : t.export.label} disabled={opened}>
          <ActionIcon variant="default" size="lg" aria-label={t.export.label} aria-busy={file.isPending}>
            {file.isPending ? <Loader size={16} /> : <IconDownload size={16} />}
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{view === "all" ? t.export.all : t.export.list}</Menu.Label>
        {KINDS.map(({ format, label }) => {
          const query = { ...listFilters(filters), view, format, person };
          return (
            <Menu.Item
              key={format}
              component="a"
              href={addressOf("/follow-ups/export", query)}
              download
              onClick={(event) => {
                event.preventDefault(); // as a plain link, a refusal would be a failed download without a reason
                file.mutate({ query, name: `follow-ups.${format}` });
              }}
            >
              {label}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
