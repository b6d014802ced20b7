import { ActionIcon, FocusTrap, Popover } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTopmost } from "@/hooks/topmost";
import { t } from "@/i18n";

interface Props {
  className?: string;
  /** Within something that closes at a click beside it. */
  within?: boolean;
  /** What to choose from, drawn while it is open. */
  children: (close: () => void) => ReactNode;
}

/** A button beside a typed field, for those who would rather choose from a calendar. */
export function CalendarPopover({ className, within = false, children }: Props) {
  const [opened, setOpened] = useState(false);
  useTopmost(opened); // or Escape would close the form around it as well
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withinPortal={!within} returnFocus shadow="md">
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t.due.calendar} onClick={() => setOpened(!opened)}>
          <IconCalendar size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.due.calendar}>
        <FocusTrap active>
          <div className={className}>{children(() => setOpened(false))}</div>
        </FocusTrap>
      </Popover.Dropdown>
    </Popover>
  );
}
