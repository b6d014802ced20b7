import { Alert, Divider, Text, Title } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { showPerson } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Me } from "@/api/types";
import { Logo } from "@/components/Logo";
import { LoginForm } from "@/features/session/LoginForm";
import { problemIn } from "@/features/session/logInProblems";
import { ProviderButton } from "@/features/session/ProviderButton";
import { meQuery } from "@/api/session";
import { nextPath, useLogInOptions } from "@/features/session/session";
import { t } from "@/i18n";
import classes from "./LoginPage.module.css";

export function LoginPage() {
  const { search } = useLocation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const me = useQuery({ ...meQuery, retry: false });
  const options = useLogInOptions();
  const problem = problemIn(search);
  useEffect(() => {
    document.title = t.logIn.pageTitle;
  }, []);
  if (me.data && !problem) return <Navigate to={nextPath(search)} replace />;

  async function enter(person: Me) {
    showPerson(person.id);
    cache.clear(); // nothing of the one who was logged in before
    cache.setQueryData(queryKeys.me, person);
    await navigate(nextPath(search), { replace: true });
  }

  return (
    <main id="content" className={classes.page}>
      <section className={classes.card}>
        <Logo size={40} />
        <Title order={1} mt="lg">
          {t.logIn.title}
        </Title>
        <Text c="dimmed" mt={4} mb="xl">
          {t.logIn.motto}
        </Text>
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
        {options?.password && <LoginForm onDone={(person) => void enter(person)} />}
      </section>
    </main>
  );
}
