import { Anchor, Button, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { Link } from "react-router";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMay } from "@/api/session";
import type { Policy } from "@/api/types";
import { Badge } from "@/components/Badge";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { failed } from "@/components/toasts";
import { UserText } from "@/components/UserText";
import { conditionsOf, contentOf, stepsOf } from "@/features/policies/draft";
import { policiesQuery, useNames } from "@/features/policies/queries";
import { conditionsInWords, stepInWords } from "@/features/policies/sentence";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

/** The policies in the order in which they are tried. */
export function Component() {
  const { data, error, refetch } = useQuery(policiesQuery);
  const mayEdit = useMay("policies:write");
  return (
    <Page
      title={words.title}
      actions={
        mayEdit && (
          <Button component={Link} to="/policies/new" leftSection={<IconPlus size={16} />}>
            {words.one}
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed" mb="md">
        {words.text} {words.catchAll}
      </Text>
      {data ? <List policies={data} mayEdit={mayEdit} /> : error ? <ErrorState error={error} retry={() => void refetch()} /> : <RowsSkeleton />}
    </Page>
  );
}

/** The order as it would be with one policy at another place; the last one stays the last. */
export function moved(ids: readonly number[], from: number, to: number): number[] {
  const [last, movable] = [ids.slice(-1), ids.slice(0, -1)];
  const [taken] = movable.splice(from, 1);
  if (taken === undefined) return [...ids];
  movable.splice(to, 0, taken);
  return [...movable, ...last];
}

function useOrder() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (ids: number[]) => (await dataOf(api.PUT("/policies/order", { body: { policies: ids } }))).items,
    onSuccess: (items) => cache.setQueryData(queryKeys.policyList, items),
    onError: (error) => {
      failed(words.notOrdered, error);
      void cache.invalidateQueries({ queryKey: queryKeys.policyList });
    },
  });
}

function List({ policies, mayEdit }: { policies: readonly Policy[]; mayEdit: boolean }) {
  const order = useOrder();
  const [dragged, setDragged] = useState<number | null>(null);
  const ids = policies.map(({ id }) => id);
  const move = (from: number, to: number) => {
    if (to >= 0 && to < ids.length - 1 && from !== to) order.mutate(moved(ids, from, to));
  };
  return (
    <ol className={classes.policies} aria-label={words.title}>
      {policies.map((policy, place) => {
        const movable = mayEdit && !policy.catch_all;
        const drop = {
          onDragOver: (event: DragEvent) => dragged !== null && !policy.catch_all && event.preventDefault(),
          onDrop: () => dragged !== null && move(dragged, place),
        };
        return (
          <li key={policy.id} className={classes.policy} data-dragged={dragged === place || undefined} {...(mayEdit && drop)}>
            <span
              className={classes.grip}
              draggable={movable}
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = "move";
                setDragged(place);
              }}
              onDragEnd={() => setDragged(null)}
              aria-hidden
            >
              {movable && <IconGripVertical size={16} />}
            </span>
            <Summary policy={policy} />
            {movable && (
              <span className={classes.moves}>
                <IconButton aria-label={words.moveUp(policy.name)} disabled={place === 0} onClick={() => move(place, place - 1)}>
                  <IconArrowUp size={16} />
                </IconButton>
                <IconButton
                  aria-label={words.moveDown(policy.name)}
                  disabled={place >= policies.length - 2}
                  onClick={() => move(place, place + 1)}
                >
                  <IconArrowDown size={16} />
                </IconButton>
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Summary({ policy }: { policy: Policy }) {
  const names = useNames();
  const content = policy.current ?? contentOf(policy);
  return (
    <div className={classes.summary}>
      <Anchor component={Link} to={`/policies/${policy.id}`} fw={600} c="inherit">
        <UserText>{policy.name}</UserText>
      </Anchor>{" "}
      {!policy.current && <Badge>{words.notInForce}</Badge>} {policy.current && policy.draft && <Badge tone="notice">{words.hasDraft}</Badge>}
      {content && (
        <>
          <Text size="sm" c="dimmed">
            {policy.catch_all ? words.everythingElse : conditionsInWords(conditionsOf(content), names)}
          </Text>
          <ul className={classes.sentences}>
            {stepsOf(content).map((step) => (
              <li key={step.label}>{stepInWords(step, names)}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
