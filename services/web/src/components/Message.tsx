import { Fragment, type ReactNode } from "react";

interface Props {
  /** A sentence of the catalogue; `{name}` is where the part of that name comes. */
  text: string;
  parts: Readonly<Record<string, ReactNode>>;
}

/** A sentence with elements in it, in whatever order its language has them. */
export function Message({ text, parts }: Props) {
  return text.split(/\{(\w+)\}/).map((part, index) => <Fragment key={index}>{index % 2 ? parts[part] : part}</Fragment>);
}
