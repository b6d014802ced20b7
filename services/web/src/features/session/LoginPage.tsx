import { Alert, Divider, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { EntranceCard } from "@/features/session/EntranceCard";
import { LoginForm } from "@/features/session/LoginForm";
import { problemIn } from "@/features/session/logInProblems";
import { ProviderButton } from "@/features/session/ProviderButton";
import { meQuery } from "@/api/session";
import { nextPath, useEnter, useLogInOptions } from "@/features/session/session";
import { t } from "@/i18n";

export function LoginPage() {
  const { search } = useLocation();
  const enter = useEnter();
  const me = useQuery({ ...meQuery, retry: false });
  const options = useLogInOptions();
  const problem = problemIn(search);
  if (me.data && !problem) return <Navigate to={nextPath(search)} replace />;

  return (
    <EntranceCard title={t.logIn.title} pageTitle={t.logIn.pageTitle} text={t.logIn.motto}>
      {problem && (
        <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} role="alert" mb="md">
          {problem}
        </Alert>
      )}
      {options?.provider && (
        <ProviderButton returnTo={nextPath(search)} variant={options.password ? "default" : "filled"}>
          {t.logIn.with(options.provider)}
        </ProviderButton>
      )}
      {options?.provider && options.password && <Divider label={t.common.or} my="lg" />}
      {options?.password && (
        <>
          <LoginForm onDone={(person) => void enter(person, nextPath(search))} />
          <Text size="sm" c="dimmed" mt="lg">
            {t.logIn.forgotten}
          </Text>
        </>
      )}
    </EntranceCard>
  );
}
