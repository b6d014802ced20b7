import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { DEFAULT_KIND, kindsQuery } from "@/api/kinds";
import { DEFAULT_OUTCOME, outcomesQuery } from "@/api/outcomes";
import { queryKeys } from "@/api/queryKeys";
import type { Choice } from "@/api/types";
import { t } from "@/i18n";
import { words } from "@/i18n/outcomes";

type Words = typeof t.kinds;

/** A list that people choose from and admins edit, with its calls of the API. */
export interface ChoiceList {
  words: Words;
  /** The name of the one that is always in use. */
  fixed: string;
  query: typeof kindsQuery | typeof outcomesQuery;
  /** Of everything that is known of it. */
  queryKey: readonly string[];
  add: (label: string, key: string) => Promise<Choice>;
  change: (choice: Choice, body: { label: string } | { archived: boolean }) => Promise<Choice>;
  order: (ids: number[]) => Promise<Choice[]>;
}

const seen = ({ id, etag }: Choice) => ({ params: { path: { choice_id: id } }, headers: ifMatch(etag) });

export const KINDS: ChoiceList = {
  words: t.kinds,
  fixed: DEFAULT_KIND,
  query: kindsQuery,
  queryKey: queryKeys.kinds,
  add: (label, key) => dataOf(api.POST("/follow-up-kinds", { body: { label }, params: { header: idempotencyKey(key) } })),
  change: (choice, body) => dataOf(api.PATCH("/follow-up-kinds/{choice_id}", { ...seen(choice), body })),
  order: async (ids) => (await dataOf(api.PUT("/follow-up-kinds/order", { body: { ids } }))).items,
};

export const OUTCOMES: ChoiceList = {
  words,
  fixed: DEFAULT_OUTCOME,
  query: outcomesQuery,
  queryKey: queryKeys.outcomes,
  add: (label, key) => dataOf(api.POST("/outcomes", { body: { label }, params: { header: idempotencyKey(key) } })),
  change: (choice, body) => dataOf(api.PATCH("/outcomes/{choice_id}", { ...seen(choice), body })),
  order: async (ids) => (await dataOf(api.PUT("/outcomes/order", { body: { ids } }))).items,
};
