import { withoutBidiControls } from "@/components/bidi";

interface Props {
  children: string;
  className?: string | undefined;
}

/** A name or a title in a row or a sentence: whatever is in it, the text around it stays in its order. */
export function UserText({ children, className }: Props) {
  return <bdi className={className}>{withoutBidiControls(children)}</bdi>;
}
