import { ActionIcon } from "@mantine/core";
import { IconTransfer } from "@tabler/icons-react";
import { useState } from "react";
import type { OpenWorkFilter, User } from "@/api/types";
import { later } from "@/components/later";
import { words } from "@/i18n/handovers";

export const HandOverDialog = later(() => import("@/features/handovers/HandOverDialog"));

interface Props {
  person: Pick<User, "id" | "name" | "time_zone">;
  /** To what it is narrowed at first. */
  filter?: OpenWorkFilter;
  /** As the other buttons around it: quiet in a row of a table. */
  variant?: "subtle" | "default";
}

/** Opens the dialog that hands somebody's open work over. */
export function HandOverButton({ person, filter, variant = "subtle" }: Props) {
  const [opened, setOpened] = useState(false);
  const quiet = variant === "subtle";
  const label = words.openNamed(person.name);
  return (
    <>
      <ActionIcon
        variant={variant}
        {...(quiet ? { color: "gray" } : { size: "lg" })}
        aria-label={label}
        title={label}
        onClick={() => setOpened(true)}
      >
        <IconTransfer size={16} stroke={1.7} />
      </ActionIcon>
      {opened && <HandOverDialog person={person} filter={filter} close={() => setOpened(false)} />}
    </>
  );
}
