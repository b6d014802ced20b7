import { Chip, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

/** One of several, of which all are seen. */
export function Choices({ label, value, onChange, children }: Props) {
  return (
    <div role="radiogroup" aria-label={label}>
      <Text size="sm" fw={500} mb={6} aria-hidden>
        {label}
      </Text>
      <Chip.Group value={value} onChange={onChange}>
        <Group gap={6}>{children}</Group>
      </Chip.Group>
    </div>
  );
}
