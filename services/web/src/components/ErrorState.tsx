import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconLock, IconMap2 } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { explain, needsLogIn, Problem } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";
import { sessionEnded } from "@/api/session";
import { t } from "@/i18n";

interface Props {
  error: unknown;
  retry?: () => void;
  compact?: boolean;
}

/** What to show where something could not be loaded. */
export function ErrorState({ error, retry, compact = false }: Props) {
  useAfterLogIn(error, retry);
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
      title={problem?.title ?? t.failures.unexpected}
      text={explain(error)}
      compact={compact}
      role="alert"
    >
      {retry && !lasting && (
        <Button variant="default" onClick={retry}>
          {t.common.tryAgain}
        </Button>
      )}
    </EmptyState>
  );
}

/** Tries again once somebody has logged in over the page, if that is what it failed for. */
function useAfterLogIn(error: unknown, retry: (() => void) | undefined): void {
  const ended = sessionEnded.use();
  const before = useRef(ended);
  useEffect(() => {
    if (before.current && !ended && needsLogIn(error)) retry?.();
    before.current = ended;
  });
}
