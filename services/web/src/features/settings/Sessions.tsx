import { Badge, Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Session } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { done, failed } from "@/components/toasts";
import classes from "./settings.module.css";

/** The browsers in which one is logged in, to be logged out from here. */
export function Sessions() {
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.sessions,
    queryFn: ({ signal }) => dataOf(api.GET("/me/sessions", { params: { query: { limit: 200 } }, signal })),
  });
  const end = useMutation({
    mutationFn: (id: number | "others") =>
      id === "others"
        ? api.DELETE("/me/sessions")
        : api.DELETE("/me/sessions/{session_id}", { params: { path: { session_id: id } } }),
    onSuccess: () => done("Logged out there"),
    onError: (failure) => failed("You are still logged in there", failure),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.sessions }),
  });
  if (!data) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={2} />;
  }
  const others = data.items.filter(({ current }) => !current);
  return (
    <Stack>
      <ul className={classes.sessions}>
        {data.items.map((session) => (
          <Row key={session.id} session={session} end={() => end.mutate(session.id)} />
        ))}
      </ul>
      <Button
        variant="default"
        disabled={others.length === 0}
        loading={end.isPending}
        onClick={() => end.mutate("others")}
        style={{ alignSelf: "flex-start" }}
      >
        Log out everywhere else
      </Button>
    </Stack>
  );
}

function Row({ session, end }: { session: Session; end: () => void }) {
  const { browser, address, current, created_at: begun, last_used_at: used } = session;
  const name = browser ?? "A browser that does not say its name";
  return (
    <li className={classes.session}>
      <div className={classes.where}>
        <Text size="sm" fw={560}>
          {name}
          {address && ` at ${address}`}
        </Text>
        <Text size="xs" c="dimmed">
          Logged in <RelativeTime at={begun} as="ago" />, last used <RelativeTime at={used} as="ago" />
        </Text>
      </div>
      {current ? (
        <Badge variant="light" color="pine">
          This one
        </Badge>
      ) : (
        <Button size="compact-sm" variant="default" aria-label={`Log out ${name}`} onClick={end}>
          Log out
        </Button>
      )}
    </li>
  );
}
