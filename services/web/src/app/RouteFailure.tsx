import { Button } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect } from "react";
import { useRouteError } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { t } from "@/i18n";

interface Props {
  /** Whether the frame of the page is around it. */
  framed?: boolean;
}

/**
 * A page that could not be loaded or drawn: usually a connection that broke, or a version just replaced. A browser
 * does not fetch again what it could not load, so that all of it is loaded again as soon as there is a connection.
 */
export function RouteFailure({ framed = false }: Props) {
  const error = useRouteError();
  const chunk = error instanceof Error && /import|fetch|module|preload/i.test(error.message);
  const Frame = framed ? "div" : "main";
  useWindowEvent("online", () => void (chunk && reloadIfReachable()));
  useEffect(() => {
    if (chunk && !wasReloaded()) void reloadIfReachable(); // once: what is missing after that, another try does not bring
  }, [chunk]);
  return (
    <Frame>
      <EmptyState
        icon={IconPlugConnectedX}
        title={chunk ? t.failures.notLoaded : t.failures.broken}
        text={chunk ? t.failures.notLoadedText : t.failures.brokenText}
      >
        <Button onClick={() => location.reload()}>{t.failures.loadAgain}</Button>
      </EmptyState>
    </Frame>
  );
}

function wasReloaded(): boolean {
  return performance.getEntriesByType("navigation").some((entry) => (entry as PerformanceNavigationTiming).type === "reload");
}

/** Else the browser's own message would take the place of ours. */
async function reloadIfReachable(): Promise<void> {
  await fetch("/", { method: "HEAD", cache: "no-store" }).then(
    () => location.reload(),
    () => undefined,
  );
}
