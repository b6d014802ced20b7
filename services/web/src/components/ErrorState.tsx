import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconLock, IconMap2 } from "@tabler/icons-react";
import { explain, Problem } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";

interface Props {
  error: unknown;
  retry?: () => void;
  compact?: boolean;
}

/** What to show where something could not be loaded. */
export function ErrorState({ error, retry, compact = false }: Props) {
  const problem = error instanceof Problem ? error : null;
  const icon =
    problem?.unreachable ? IconCloudOff
    : problem?.status === 403 ? IconLock
    : problem?.status === 404 ? IconMap2
    : IconAlertTriangle;
  const lasting = problem?.status === 403 || problem?.status === 404;
  return (
    <EmptyState
      icon={icon}
      title={problem?.title ?? "Something unexpected went wrong"}
      text={explain(error)}
      compact={compact}
      role="alert"
    >
      {retry && !lasting && (
        <Button variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </EmptyState>
  );
}
