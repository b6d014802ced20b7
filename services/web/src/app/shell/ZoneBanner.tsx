import { IconClockExclamation } from "@tabler/icons-react";
import { Link } from "react-router";
import classes from "@/app/shell/ConnectionBanner.module.css";
import { Message } from "@/components/Message";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { isSupportedZone } from "@/time/supportedZone";

/** Says that times are in UTC, while this browser does not know the person's zone. */
export function ZoneBanner() {
  const { time_zone: zone } = useMe();
  if (isSupportedZone(zone)) return null;
  return (
    <div className={classes.banner} role="status">
      <IconClockExclamation size={18} aria-hidden />
      <span>
        <Message
          text={t.failures.unknownZone}
          parts={{ zone, settings: <Link to="/settings">{t.account.settings}</Link> }}
        />
      </span>
    </div>
  );
}
