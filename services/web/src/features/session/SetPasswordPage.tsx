import { Alert, Anchor, Skeleton } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";
import { apiForAnybody, dataOf } from "@/api/client";
import { Problem } from "@/api/problem";
import { isolate } from "@/components/bidi";
import { ErrorState } from "@/components/ErrorState";
import { EntranceCard } from "@/features/session/EntranceCard";
import { SetPasswordForm } from "@/features/session/SetPasswordForm";
import { words } from "@/i18n/accounts";

/** Where a link leads with which somebody sets their password. What it carries is behind the `#`. */
export function Component() {
  const token = useLocation().hash.slice(1);
  const { data, error, refetch } = useQuery({
    queryKey: ["password-link", token],
    queryFn: ({ signal }) => dataOf(apiForAnybody.POST("/session/password-link", { body: { token }, signal })),
    enabled: token !== "",
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const useless = token === "" || (error instanceof Problem && [404, 422].includes(error.status));
  const welcome = data?.purpose === "reset" ? words.setPassword.reset : words.setPassword.welcome;
  return (
    <EntranceCard
      title={useless ? words.setPassword.useless : words.setPassword.title}
      pageTitle={words.setPassword.pageTitle}
      {...(data && { text: welcome(isolate(data.name)) })}
    >
      {useless ? (
        <Useless />
      ) : data ? (
        <SetPasswordForm token={token} email={data.email} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} compact />
      ) : (
        <Skeleton height={180} role="status" aria-label={words.setPassword.looking} />
      )}
    </EntranceCard>
  );
}

/** What to do with a link that sets no password. */
export function Useless() {
  return (
    <>
      <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} role="alert" mb="lg">
        {words.setPassword.uselessText}
      </Alert>
      <Anchor component={Link} to="/login" underline="always">
        {words.setPassword.toLogIn}
      </Anchor>
    </>
  );
}
