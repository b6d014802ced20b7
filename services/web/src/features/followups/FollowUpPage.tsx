import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCheck, IconPencil, IconRotate2 } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import type { FollowUp } from "@/api/types";
import { NotFoundPage } from "@/components/NotFoundPage";
import { usePathId } from "@/hooks/usePathId";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { BackLink } from "@/features/followups/BackLink";
import { openCompletion } from "@/features/followups/completion";
import { confirmReopen } from "@/features/followups/confirmReopen";
import { FollowUpDetails } from "@/features/followups/FollowUpDetails";
import { openForm } from "@/features/followups/formRequest";
import { useComplete, useReopen } from "@/features/followups/mutations";
import { followUpQuery } from "@/features/followups/queries";
import { RowMenu } from "@/features/followups/RowMenu";
import { Timeline } from "@/features/followups/Timeline";
import { t } from "@/i18n";
import classes from "./FollowUpPage.module.css";

export function Component() {
  const id = usePathId();
  return id === null ? <NotFoundPage /> : <FollowUpPage id={id} />;
}

function FollowUpPage({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(followUpQuery(id));
  return (
    <Page
      title={data?.title ?? t.followUps.one}
      longTitle
      aside={<BackLink />}
      actions={data?.may_change && <Actions followUp={data} />}
    >
      {data ? (
        <div className={classes.columns}>
          <FollowUpDetails followUp={data} />
          <Timeline id={id} />
        </div>
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={4} height={56} />
      )}
    </Page>
  );
}

function Actions({ followUp }: { followUp: FollowUp }) {
  const navigate = useNavigate();
  const complete = useComplete();
  const reopen = useReopen();
  const open = followUp.status === "open";
  return (
    <Group gap={8} wrap="nowrap" data-follow-up={followUp.id}>
      <Button
        variant="default"
        leftSection={<IconPencil size={16} />}
        onClick={() => openForm({ followUp })}
        className={classes.edit}
        data-edit
      >
        {t.common.edit}
      </Button>
      {open ? (
        <Button leftSection={<IconCheck size={16} />} loading={complete.isPending} onClick={({ shiftKey }) => (shiftKey ? openCompletion(followUp) : complete.atOnce(followUp))} data-complete>
          {t.followUps.complete}
        </Button>
      ) : (
        <Button
          variant="default"
          leftSection={<IconRotate2 size={16} />}
          loading={reopen.isPending}
          onClick={() => confirmReopen(followUp, () => reopen.mutate(followUp))}
        >
          {t.followUps.reopen}
        </Button>
      )}
      <RowMenu followUp={followUp} onDeleted={() => void navigate("/followups", { replace: true })} />
    </Group>
  );
}
