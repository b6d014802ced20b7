import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useRouteError } from "react-router";
import { EmptyState } from "@/components/EmptyState";

/** A page that could not be loaded or drawn: usually a connection that broke, or a version just replaced. */
export function RouteFailure() {
  const error = useRouteError();
  const chunk = error instanceof TypeError && /import|fetch|module/i.test(error.message);
  return (
    <main>
      <EmptyState
        icon={IconPlugConnectedX}
        title={chunk ? "This page could not be loaded" : "This page has a fault"}
        text={
          chunk
            ? "The connection broke, or a new version was installed. Nothing that you saved is lost."
            : "Nothing that you saved is lost. Load it again; if it stays, tell your administrator."
        }
      >
        <Button onClick={() => location.reload()}>Load again</Button>
      </EmptyState>
    </main>
  );
}
