import type { NotificationRule, RuleMode } from "@/api/types";
import { words } from "@/i18n/rules";

export type Severity = NotificationRule["severity"];

export const MODES: readonly RuleMode[] = ["at_once", "never"];

export const OPTIONS = MODES.map((value) => ({ value, label: words.modes[value] }));
