import { Alert, Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMay } from "@/api/session";
import type { Policy, PolicyDetail } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { ErrorState } from "@/components/ErrorState";
import { NotFoundPage } from "@/components/NotFoundPage";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { done, failed } from "@/components/toasts";
import { usePathId } from "@/hooks/usePathId";
import { contentOf, draftOf, newDraft } from "@/features/policies/draft";
import { PolicyFacts } from "@/features/policies/PolicyFacts";
import { PolicyForm } from "@/features/policies/PolicyForm";
import { policyQuery } from "@/features/policies/queries";
import { Versions } from "@/features/policies/Versions";
import { words } from "@/i18n/policies";

/** One policy: to draft and publish for admins, to read for all. */
export function Component() {
  const id = usePathId();
  return id === null ? <NotFoundPage /> : <PolicyPage id={id} />;
}

function PolicyPage({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(policyQuery(id));
  const mayEdit = useMay("policies:write");
  const editable = mayEdit && data?.archived_at === null;
  const [discarded, setDiscarded] = useState(0);
  return (
    <Page
      title={data?.name ?? words.one}
      longTitle
      aside={<ToList />}
      actions={
        editable && (
          <>
            {data.draft && data.current && <DiscardButton policy={data} onDiscarded={() => setDiscarded(discarded + 1)} />}
            {!data.catch_all && <ArchiveButton policy={data} />}
          </>
        )
      }
    >
      {data?.archived_at && (
        <Alert color="gray" mb="md">
          {words.archived}
        </Alert>
      )}
      {data ? (
        <Content key={discarded} policy={data} editable={editable} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton />
      )}
    </Page>
  );
}

function Content({ policy, editable }: { policy: PolicyDetail; editable: boolean }) {
  const content = contentOf(policy);
  if (!content) return null;
  return (
    <>
      {editable ? (
        <PolicyForm key={policy.id} policy={policy} initial={draftOf(content)} />
      ) : (
        <PolicyFacts content={policy.current ?? content} catchAll={policy.catch_all} />
      )}
      <Versions versions={policy.versions} />
    </>
  );
}

/** A policy that does not exist yet. */
export function NewPolicy() {
  return (
    <Page title={words.new} aside={<ToList />}>
      <PolicyForm policy={null} initial={newDraft()} />
    </Page>
  );
}

function ToList() {
  return (
    <Button component={Link} to="/policies" variant="subtle" size="compact-sm">
      {words.toList}
    </Button>
  );
}

/** @param onDiscarded the policy is known as it is without its draft */
function DiscardButton({ policy, onDiscarded }: { policy: Policy; onDiscarded: () => void }) {
  const cache = useQueryClient();
  const discard = useMutation({
    mutationFn: async () => {
      const params = { path: { policy_id: policy.id } };
      await api.DELETE("/policies/{policy_id}/draft", { params, headers: ifMatch(policy.etag) });
      await cache.invalidateQueries({ queryKey: queryKeys.policies });
    },
    onSuccess: () => {
      done(words.draftDiscarded);
      onDiscarded();
    },
    onError: (error) => failed(words.notDiscarded, error),
  });
  const ask = () =>
    openConfirmDialog({
      title: words.askDiscard(isolate(policy.name)),
      text: words.askDiscardText,
      confirmLabel: words.discardDraft,
      onConfirm: () => discard.mutate(),
    });
  return (
    <Button variant="default" loading={discard.isPending} onClick={ask}>
      {words.discardDraft}
    </Button>
  );
}

function ArchiveButton({ policy }: { policy: Policy }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const archive = useMutation({
    mutationFn: () => api.DELETE("/policies/{policy_id}", { params: { path: { policy_id: policy.id } }, headers: ifMatch(policy.etag) }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queryKeys.policies });
      void navigate("/policies");
    },
    onError: (error) => failed(words.notArchived, error),
  });
  const ask = () =>
    openConfirmDialog({
      title: words.askArchive(isolate(policy.name)),
      text: words.askArchiveText,
      confirmLabel: words.archive,
      onConfirm: () => archive.mutate(),
    });
  return (
    <Button variant="default" loading={archive.isPending} onClick={ask}>
      {words.archive}
    </Button>
  );
}
