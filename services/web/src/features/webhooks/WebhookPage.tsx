import { Button, Group, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import type { Webhook } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { UserText } from "@/components/UserText";
import { Deliveries } from "@/features/webhooks/Deliveries";
import { useDelete, useRotate, useSwitch, useTest } from "@/features/webhooks/mutations";
import { webhookQuery } from "@/features/webhooks/queries";
import { Secret } from "@/features/webhooks/Secret";
import { StateBadge } from "@/features/webhooks/StateBadge";
import { WebhookEditForm } from "@/features/webhooks/WebhookForm";
import { words } from "@/i18n/webhooks";
import classes from "./Webhooks.module.css";

/** One webhook: how it is doing, and what was sent to it. */
export function Component() {
  const id = Number(useParams().id);
  const { data, error, refetch } = useQuery(webhookQuery(id));
  return (
    <Page title={data ? hostOf(data.url) : words.title} aside={data && <StateBadge webhook={data} />} narrow longTitle>
      <Link to="/admin/webhooks">{words.all}</Link>
      {data ? (
        <>
          <Facts webhook={data} />
          <Actions webhook={data} />
          <Title order={2} size="h4" id="sent" mt="xl" mb="sm">
            {words.sent}
          </Title>
          <Deliveries webhook={id} />
        </>
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={4} />
      )}
    </Page>
  );
}

function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/[/?].*$/, "");
}

function Facts({ webhook }: { webhook: Webhook }) {
  const { url, event_types: types, owner, problem, failing_since: failing, off_because: off, previous_secret_until: until } = webhook;
  return (
    <dl className={classes.facts}>
      <dt>{words.url}</dt>
      <dd>
        <UserText>{url}</UserText>
      </dd>
      <dt>{words.hears}</dt>
      <dd>{types.map((type) => words.types[type]).join(", ")}</dd>
      <dt>{words.facts.made}</dt>
      <dd>
        <UserText>{owner.name}</UserText>
      </dd>
      {off && (
        <>
          <dt>{words.facts.off}</dt>
          <dd>{off}</dd>
        </>
      )}
      {failing && (
        <>
          <dt>{words.facts.since}</dt>
          <dd>
            <RelativeTime at={failing} as="calendar" />
          </dd>
        </>
      )}
      {problem && (
        <>
          <dt>{words.facts.problem}</dt>
          <dd>{problem}</dd>
        </>
      )}
      {until && (
        <>
          <dt>{words.facts.secretUntil}</dt>
          <dd>
            <RelativeTime at={until} as="calendar" />
          </dd>
        </>
      )}
    </dl>
  );
}

function Actions({ webhook }: { webhook: Webhook }) {
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const { id, state } = webhook;
  const test = useTest(id);
  const flip = useSwitch(webhook);
  const rotate = useRotate(id);
  const remove = useDelete(id, () => void navigate("/admin/webhooks"));
  const askToRotate = () =>
    openConfirmDialog({
      title: words.askRotate,
      text: words.askRotateText,
      confirmLabel: words.rotateIt,
      harmless: true,
      onConfirm: () => rotate.mutate(),
    });
  const askToDelete = () =>
    openConfirmDialog({
      title: words.askDelete,
      text: words.askDeleteText,
      confirmLabel: words.delete,
      onConfirm: () => remove.mutate(),
    });
  return (
    <Group gap="xs">
      <Button disabled={state !== "on"} loading={test.isPending} onClick={() => test.mutate()}>
        {words.test}
      </Button>
      <Button variant="default" onClick={() => flip.mutate(state === "on" ? "paused" : "on")}>
        {state === "on" ? words.pause : words.resume}
      </Button>
      <Button variant="default" onClick={() => setEditing(true)}>
        {words.change}
      </Button>
      <Button variant="default" loading={rotate.isPending} onClick={askToRotate}>
        {words.rotate}
      </Button>
      <Button variant="default" loading={remove.isPending} onClick={askToDelete}>
        {words.delete}
      </Button>
      {editing && <WebhookEditForm webhook={webhook} close={() => setEditing(false)} />}
      {rotate.data && <Secret secret={rotate.data.secret} close={rotate.reset} />}
    </Group>
  );
}
