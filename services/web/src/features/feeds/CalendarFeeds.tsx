import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { CalendarFeed } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { done, failed } from "@/components/toasts";
import { UserText } from "@/components/UserText";
import { FeedAddress } from "@/features/feeds/FeedAddress";
import { FeedForm } from "@/features/feeds/FeedForm";
import { useFeeds, useRevoke, useRotate } from "@/features/feeds/feeds";
import { words } from "@/i18n/feeds";
import classes from "./feeds.module.css";

/** Which calendar programs read one's follow-ups, and by which address another one could. */
export function CalendarFeeds() {
  const [adding, setAdding] = useState(false);
  const [address, setAddress] = useState<string>();
  const { data, error, refetch } = useFeeds();
  if (!data) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={1} />;
  }
  const show = (url: string) => {
    setAdding(false);
    setAddress(url);
  };
  return (
    <Stack>
      <Text size="sm">{words.text}</Text>
      {data.items.length > 0 && (
        <ul className={classes.feeds}>
          {data.items.map((feed) => (
            <Row key={feed.id} feed={feed} show={show} />
          ))}
        </ul>
      )}
      <Button variant="default" onClick={() => setAdding(true)} style={{ alignSelf: "flex-start" }}>
        {words.add}
      </Button>
      {adding && <FeedForm made={show} close={() => setAdding(false)} />}
      {address && <FeedAddress url={address} close={() => setAddress(undefined)} />}
    </Stack>
  );
}

function Row({ feed, show }: { feed: CalendarFeed; show: (url: string) => void }) {
  const { id, name, whose, last_read_at: readAt } = feed;
  const rotate = useRotate();
  const revoke = useRevoke();
  const askToRotate = () =>
    openConfirmDialog({
      title: words.askRotate(name),
      text: words.askRotateText,
      confirmLabel: words.rotate,
      onConfirm: () =>
        rotate.mutate(id, {
          onSuccess: ({ url }) => show(url),
          onError: (failure) => failed(words.notRotated, failure),
        }),
    });
  const askToRevoke = () =>
    openConfirmDialog({
      title: words.askRevoke(name),
      text: words.askRevokeText,
      confirmLabel: words.revoke,
      onConfirm: () =>
        revoke.mutate(id, {
          onSuccess: () => done(words.revoked(name)),
          onError: (failure) => failed(words.notRevoked, failure),
        }),
    });
  return (
    <li className={classes.feed}>
      <div className={classes.which}>
        <Text size="sm" fw={560}>
          <UserText>{name}</UserText>
        </Text>
        <Text size="xs" c="dimmed">
          {words.whose[whose]} ·{" "}
          {readAt ? (
            <Message text={words.reads} parts={{ at: <RelativeTime at={readAt} as="ago" /> }} />
          ) : (
            words.never
          )}
        </Text>
      </div>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" aria-label={words.rotateNamed(name)} onClick={askToRotate}>
          {words.rotate}
        </Button>
        <Button size="compact-sm" variant="default" aria-label={words.revokeNamed(name)} onClick={askToRevoke}>
          {words.revoke}
        </Button>
      </Group>
    </li>
  );
}
