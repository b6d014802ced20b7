import { unturned } from "@/components/isolated";

interface Props {
  children: string;
  className?: string | undefined;
}

/** A name or a title in a row or a sentence: whatever is in it, the text around it stays in its order. */
export function Named({ children, className }: Props) {
  return <bdi className={className}>{unturned(children)}</bdi>;
}
