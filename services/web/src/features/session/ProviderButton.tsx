import { Button } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  /** The page of this site to show after the log-in. */
  returnTo: string;
  /** Leaves this page as it is. */
  newTab?: boolean;
  /** The provider asks who it is although it knows. */
  fresh?: boolean;
  variant?: string;
  children: ReactNode;
}

/** Leads to the log-in provider and, once it has said who one is, back to a page of this site. */
export function ProviderButton({ returnTo, newTab = false, fresh = false, variant = "filled", children }: Props) {
  const href = `/api/v1/session/oidc?return_to=${encodeURIComponent(returnTo)}${fresh ? "&fresh=true" : ""}`;
  const target = newTab ? { target: "_blank", rel: "noopener" } : {};
  return (
    <Button component="a" href={href} {...target} variant={variant} size="md" fullWidth>
      {children}
    </Button>
  );
}
