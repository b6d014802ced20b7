import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ChannelInfo, Destination, OwnChannel } from "@/api/types";
import { Badge } from "@/components/Badge";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import { AddDialog, VerifyDialog } from "@/features/settings/DestinationDialogs";
import { channelsQuery, destinationsQuery, useRemove, useSwitch, useTest } from "@/features/settings/destinations";
import { words } from "@/i18n/destinations";
import classes from "./settings.module.css";

/** Where one is told outside the house: each address, whether it works, and what to do about it. */
export function Destinations() {
  const [asked, setAsked] = useState<"add" | number | null>(null);
  const { data, error, refetch } = useQuery(destinationsQuery);
  const { data: channels } = useQuery(channelsQuery);
  if (!data || !channels) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={2} />;
  }
  if (channels.length === 0) return <Text size="sm">{words.none}</Text>;
  const own = ownOf(channels);
  const verifying = data.find(({ id, state }) => id === asked && state === "unverified");
  return (
    <Stack>
      <Text size="sm">{words.text}</Text>
      <ul className={classes.sessions}>
        {data.map((each) => (
          <Row key={each.id} destination={each} verify={() => setAsked(each.id)} />
        ))}
      </ul>
      {own.length > 0 && (
        <Button variant="default" onClick={() => setAsked("add")} style={{ alignSelf: "flex-start" }}>
          {words.add}
        </Button>
      )}
      {asked === "add" && <AddDialog channels={own} added={setAsked} close={() => setAsked(null)} />}
      {verifying && <VerifyDialog destination={verifying} close={() => setAsked(null)} />}
    </Stack>
  );
}

/** Those by which people add addresses themselves. */
const OWN: readonly OwnChannel[] = ["email", "slack", "slack_webhook", "teams", "apprise"];

function ownOf(channels: readonly ChannelInfo[]): OwnChannel[] {
  return OWN.filter((name) => channels.some((each) => each.name === name && each.own));
}

function Row({ destination, verify }: { destination: Destination; verify: () => void }) {
  const { address, channel, state, by_default: byDefault, problem, last_message: last } = destination;
  return (
    <li className={classes.session}>
      <div className={classes.where}>
        <Text size="sm" fw={560}>
          <UserText>{address}</UserText>
        </Text>
        <Text size="xs" c="dimmed">
          {byDefault ? words.byDefault : words.channels[channel]}
        </Text>
        {problem && <Text size="xs">{state === "off" ? words.cameBack(problem) : problem}</Text>}
        {last && !problem && (
          <Text size="xs" c="dimmed" role="status">
            <Message text={words.messages[last.state]} parts={{ what: words[last.notice] }} />
          </Text>
        )}
      </div>
      <State destination={destination} />
      <Actions destination={destination} verify={verify} />
    </li>
  );
}

function State({ destination: { state, in_use: used, problem } }: { destination: Destination }) {
  if (state === "on" && problem) return <Badge tone="warning">{words.failing}</Badge>;
  if (state === "on" && !used) return <Badge>{words.notUsed}</Badge>;
  return (
    <Badge tone={state === "on" ? "good" : "quiet"}>{words.states[state]}</Badge>
  );
}

function Actions({ destination, verify }: { destination: Destination; verify: () => void }) {
  const { id, address, state, by_default: byDefault } = destination;
  const test = useTest(id);
  const flip = useSwitch(id);
  const remove = useRemove(id);
  const askToRemove = () =>
    openConfirmDialog({
      title: words.askRemove,
      text: words.askRemoveText,
      confirmLabel: words.remove,
      onConfirm: () => remove.mutate(),
    });
  return (
    <Group gap="xs">
      {state === "unverified" && (
        <Button size="compact-sm" aria-label={words.verifyNamed(address)} onClick={verify}>
          {words.verify}
        </Button>
      )}
      {state === "on" && (
        <Button size="compact-sm" variant="default" loading={test.isPending} aria-label={words.testNamed(address)} onClick={() => test.mutate()}>
          {words.testIt}
        </Button>
      )}
      {state === "on" && (
        <Button size="compact-sm" variant="default" aria-label={words.offNamed(address)} onClick={() => flip.mutate("off")}>
          {words.off}
        </Button>
      )}
      {state === "off" && (
        <Button size="compact-sm" variant="default" aria-label={words.onNamed(address)} onClick={() => flip.mutate("on")}>
          {words.on}
        </Button>
      )}
      {!byDefault && (
        <Button size="compact-sm" variant="default" loading={remove.isPending} aria-label={words.removeNamed(address)} onClick={askToRemove}>
          {words.remove}
        </Button>
      )}
    </Group>
  );
}
