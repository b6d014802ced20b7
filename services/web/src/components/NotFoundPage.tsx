import { Button } from "@mantine/core";
import { IconMap2 } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { Page } from "@/components/Page";

export function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState
        icon={IconMap2}
        title="There is nothing at this address"
        text="It may have been deleted, it may belong to somebody else, or the link has a mistake in it."
      >
        <Button component={Link} to="/followups">
          To my follow-ups
        </Button>
      </EmptyState>
    </Page>
  );
}
