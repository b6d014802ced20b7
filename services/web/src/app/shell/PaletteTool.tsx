import { ActionIcon } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { ADMIN, allowed, RULES, SETTINGS, WORK } from "@/app/shell/navigation";
import { paletteContext } from "@/app/shell/rowNavigation";
import { openPalette, Palette, paletteRequest } from "@/features/palette";
import { useMe } from "@/api/session";
import { t } from "@/i18n";

/** Opens the palette without a keyboard. */
export function PaletteButton() {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={34}
      aria-label={t.shell.openPalette}
      title={t.shell.openPalette}
      onClick={() => openPalette(paletteContext())}
    >
      <IconSearch size={18} stroke={1.7} />
    </ActionIcon>
  );
}

export function PaletteDialog() {
  const request = paletteRequest.use();
  const { permissions } = useMe();
  const pages = allowed([...WORK, ...RULES, ...ADMIN, ...SETTINGS], permissions);
  return request && <Palette request={request} pages={pages} />;
}
