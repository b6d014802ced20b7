import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./settings.module.css";

/** @param name leads to it, behind the # of an address */
export function Section({ title, name, children }: { title: string; name?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section id={name} aria-labelledby={id} className={classes.section}>
      <Title order={2} size="h4" id={id} mb="md">
        {title}
      </Title>
      {children}
    </section>
  );
}
