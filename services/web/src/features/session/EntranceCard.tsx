import { Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { Logo } from "@/components/Logo";
import classes from "./EntranceCard.module.css";

interface Props {
  title: string;
  /** That of the browser's tab. */
  pageTitle: string;
  text?: string;
  children: ReactNode;
}

/** The frame of what is shown to people who are not logged in yet. */
export function EntranceCard({ title, pageTitle, text, children }: Props) {
  useEffect(() => {
    document.title = pageTitle;
  }, [pageTitle]);
  return (
    <main id="content" className={classes.page}>
      <section className={classes.card}>
        <Logo size={40} />
        <Title order={1} mt="lg" mb={text ? 4 : "xl"}>
          {title}
        </Title>
        {text && (
          <Text c="dimmed" mb="xl">
            {text}
          </Text>
        )}
        {children}
      </section>
    </main>
  );
}
