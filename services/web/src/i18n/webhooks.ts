import { webhooks } from "@/i18n/en/webhooks";

/** What the pages of webhooks say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof webhooks = webhooks;
