import { Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./EmptyState.module.css";

interface Props {
  icon: Icon;
  title: string;
  text?: string;
  /** Fits into a section instead of a page. */
  compact?: boolean;
  role?: "alert";
  children?: ReactNode;
}

/** Says why there is nothing to see, and what to do next. */
export function EmptyState({ icon: IconOf, title, text, compact, role, children }: Props) {
  return (
    <div className={classes.root} data-compact={compact || undefined} role={role}>
      <span className={classes.icon}>
        <IconOf size={compact ? 20 : 26} stroke={1.6} aria-hidden />
      </span>
      <Text fw={600}>{title}</Text>
      {text && (
        <Text size="sm" c="dimmed" maw={420}>
          {text}
        </Text>
      )}
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
