import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useRouteError } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { t } from "@/i18n";

/** A page that could not be loaded or drawn: usually a connection that broke, or a version just replaced. */
export function RouteFailure() {
  const error = useRouteError();
  const chunk = error instanceof TypeError && /import|fetch|module/i.test(error.message);
  return (
    <main>
      <EmptyState
        icon={IconPlugConnectedX}
        title={chunk ? t.failures.notLoaded : t.failures.broken}
        text={chunk ? t.failures.notLoadedText : t.failures.brokenText}
      >
        <Button onClick={() => location.reload()}>{t.failures.loadAgain}</Button>
      </EmptyState>
    </main>
  );
}
