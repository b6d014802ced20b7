import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Session } from "@/api/types";
import { Badge } from "@/components/Badge";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { done, failed } from "@/components/toasts";
import { t } from "@/i18n";
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
    onSuccess: () => done(t.settings.loggedOut),
    onError: (failure) => failed(t.settings.notLoggedOut, failure),
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
        {t.settings.logOutElsewhere}
      </Button>
    </Stack>
  );
}

function Row({ session, end }: { session: Session; end: () => void }) {
  const { browser, address, current, created_at: begun, last_used_at: used } = session;
  const name = browser ?? t.settings.unknownBrowser;
  return (
    <li className={classes.session}>
      <div className={classes.where}>
        <Text size="sm" fw={560}>
          {address ? t.settings.at(name, address) : name}
        </Text>
        <Text size="xs" c="dimmed">
          <Message
            text={t.settings.used}
            parts={{ since: <RelativeTime at={begun} as="ago" />, used: <RelativeTime at={used} as="ago" /> }}
          />
        </Text>
      </div>
      {current ? (
        <Badge tone="good">{t.settings.current}</Badge>
      ) : (
        <Button size="compact-sm" variant="default" aria-label={t.settings.logOutNamed(name)} onClick={end}>
          {t.settings.logOut}
        </Button>
      )}
    </li>
  );
}
