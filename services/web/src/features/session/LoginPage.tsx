import { Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { keys } from "@/api/keys";
import type { Me } from "@/api/types";
import { Logo } from "@/components/Logo";
import { LoginForm } from "@/features/session/LoginForm";
import { meQuery, nextPath } from "@/features/session/session";
import classes from "./LoginPage.module.css";

export function LoginPage() {
  const { search } = useLocation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const me = useQuery({ ...meQuery, retry: false });
  useEffect(() => {
    document.title = "Log in · Followup";
  }, []);
  if (me.data) return <Navigate to={nextPath(search)} replace />;

  async function enter(person: Me) {
    cache.clear(); // nothing of whoever was logged in before
    cache.setQueryData(keys.me, person);
    await navigate(nextPath(search), { replace: true });
  }

  return (
    <main id="content" className={classes.page}>
      <section className={classes.card}>
        <Logo size={40} />
        <Title order={1} mt="lg">
          Log in to Followup
        </Title>
        <Text c="dimmed" mt={4} mb="xl">
          Every promised call, on time.
        </Text>
        <LoginForm onDone={(person) => void enter(person)} />
      </section>
    </main>
  );
}
