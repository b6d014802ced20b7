import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { addressOf } from "@/api/client";
import { useMe } from "@/features/session/session";
import { apiFilters, type Filters } from "@/features/followups/filters";

const KINDS = [
  { format: "xlsx", label: "Excel workbook (.xlsx)" },
  { format: "csv", label: "CSV" },
];

/** Downloads what the list is narrowed to; all open ones come together with the completed ones. */
export function ExportMenu({ filters }: { filters: Filters }) {
  const { id: person } = useMe();
  const view = filters.tab === "open" ? "all" : filters.tab;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label="Export">
          <ActionIcon variant="default" size="lg" aria-label="Export">
            <IconDownload size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{view === "all" ? "Open and completed ones" : "This list"}</Menu.Label>
        {KINDS.map(({ format, label }) => (
          <Menu.Item
            key={format}
            component="a"
            href={addressOf("/follow-ups/export", { ...apiFilters(filters), view, format, person })}
            download
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
