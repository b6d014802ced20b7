import type { ComponentProps } from "react";
import classes from "./IconButton.module.css";

type Props = ComponentProps<"button"> & { "aria-label": string };

/** A quiet button with an icon, light enough for a long list. */
export function IconButton({ className, ...rest }: Props) {
  return <button type="button" className={`${classes.button} ${className ?? ""}`} {...rest} />;
}
