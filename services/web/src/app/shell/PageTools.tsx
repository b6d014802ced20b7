import { PaletteButton } from "@/app/shell/PaletteTool";
import { UserMenu } from "@/app/shell/UserMenu";
import { NotificationBell } from "@/features/inbox";
import classes from "./PageTools.module.css";

/** What every page has at the right end of its header; the account only on a phone, which has no sidebar. */
export function PageTools() {
  return (
    <>
      <PaletteButton />
      <NotificationBell />
      <span className={classes.account}>
        <UserMenu compact />
      </span>
    </>
  );
}
