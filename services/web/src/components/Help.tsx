import { Popover } from "@mantine/core";
import { IconHelp } from "@tabler/icons-react";
import { useState } from "react";
import { IconButton } from "@/components/IconButton";
import { words } from "@/i18n/help";

interface Props {
  /** The word that needs it, as the page writes it. */
  of: string;
  children: string;
}

/** What a word means, beside it: a button that opens it, for the mouse, keys and touch; Escape closes it. */
export function Help({ of, children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} width={280} position="bottom" withArrow shadow="md">
      <Popover.Target>
        <IconButton
          aria-label={words.of(of)}
          onClick={() => setOpened(!opened)}
          onKeyDown={({ key }) => key === "Escape" && setOpened(false)}
        >
          <IconHelp size={16} stroke={1.7} aria-hidden />
        </IconButton>
      </Popover.Target>
      <Popover.Dropdown fz="sm" fw={400} aria-label={of}>
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}
