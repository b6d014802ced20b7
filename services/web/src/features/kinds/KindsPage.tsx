import { ChoicesPage } from "@/features/kinds/ChoicesPage";
import { KINDS } from "@/features/kinds/lists";

/** What follow-ups can be. */
export function Component() {
  return <ChoicesPage list={KINDS} />;
}
