import { api } from "@/i18n/en/api";
import { app } from "@/i18n/en/app";
import { completing } from "@/i18n/en/completing";
import { escalations } from "@/i18n/en/escalations";
import { followups } from "@/i18n/en/followups";
import { holds } from "@/i18n/en/holds";
import { inbox } from "@/i18n/en/inbox";
import { kinds } from "@/i18n/en/kinds";
import { session } from "@/i18n/en/session";
import { settings } from "@/i18n/en/settings";
import { shared } from "@/i18n/en/shared";
import { subjects } from "@/i18n/en/subjects";
import { sweeps } from "@/i18n/en/sweeps";
import { tokens } from "@/i18n/en/tokens";

/**
 * All that the page says, in English, a file a feature. `{name}` in a sentence is where an element comes
 * (`components/Message`). What the API says is worded there, but for the names of its fields.
 */
export const en = {
  ...api,
  ...app,
  ...completing,
  ...escalations,
  ...followups,
  ...holds,
  ...inbox,
  ...kinds,
  ...session,
  ...settings,
  ...shared,
  ...subjects,
  ...sweeps,
  ...tokens,
};
