import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./settings.module.css";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.section}>
      <Title order={2} size="h4" id={id} mb="md">
        {title}
      </Title>
      {children}
    </section>
  );
}
