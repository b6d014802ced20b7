import { ChoicesPage } from "@/features/kinds/ChoicesPage";
import { OUTCOMES } from "@/features/kinds/lists";

/** What can come of follow-ups. */
export function Component() {
  return <ChoicesPage list={OUTCOMES} />;
}
