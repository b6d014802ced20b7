import { IconClockExclamation } from "@tabler/icons-react";
import { Link } from "react-router";
import classes from "@/app/shell/ConnectionBanner.module.css";
import { useMe } from "@/api/session";
import { isSupportedZone } from "@/time/supportedZone";

/** Says that times are in UTC, while this browser does not know the person's zone. */
export function ZoneBanner() {
  const { time_zone: zone } = useMe();
  if (isSupportedZone(zone)) return null;
  return (
    <div className={classes.banner} role="status">
      <IconClockExclamation size={18} aria-hidden />
      <span>
        This browser does not know your time zone, {zone}: times are shown in UTC. Update the browser, or choose
        another zone in <Link to="/settings">Your settings</Link>.
      </span>
    </div>
  );
}
