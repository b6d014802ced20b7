import { Button } from "@mantine/core";
import { IconMap2 } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";
import { t } from "@/i18n";

export function NotFoundPage() {
  return (
    <Page title={t.failures.notFound}>
      <EmptyState
        icon={IconMap2}
        title={t.failures.notFoundTitle}
        text={t.failures.notFoundText}
      >
        <Button component={Link} to="/followups">
          {t.failures.toFollowUps}
        </Button>
      </EmptyState>
    </Page>
  );
}
