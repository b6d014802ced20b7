import { Button } from "@mantine/core";
import { useSelection } from "@/features/followups/SelectionProvider";
import { t } from "@/i18n";

/** On a phone: shows the ticks, for changing several at once. */
export function SelectToggle() {
  const { selecting, setSelecting, clear } = useSelection();
  return (
    <Button
      hiddenFrom="sm"
      variant={selecting ? "light" : "default"}
      px="sm"
      flex="none"
      aria-pressed={selecting}
      onClick={() => (selecting ? clear() : setSelecting(true))}
    >
      {t.followUps.select}
    </Button>
  );
}
