import type { ComponentProps } from "react";
import classes from "./Badge.module.css";

interface Props extends ComponentProps<"span"> {
  /** How much it asks for attention, from nothing to somebody at once; or that all is well, or what is special. */
  tone?: "quiet" | "notice" | "warning" | "alarm" | "good" | "accent";
}

/** A short label in a colour: a state, a role, a number of something. */
export function Badge({ tone = "quiet", className, ...rest }: Props) {
  return <span {...rest} className={`${classes.badge} ${className ?? ""}`} data-tone={tone} />;
}
