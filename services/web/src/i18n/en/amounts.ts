import { plural } from "@/i18n/intl";

export const followUps = (amount: number) => plural(amount, { one: "# follow-up", other: "# follow-ups" });
export const lines = (amount: number) => plural(amount, { one: "# line", other: "# lines" });
