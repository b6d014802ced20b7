import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { DeadLetter, DeadLettersDone } from "@/api/types";
import { done, failed } from "@/components/toasts";

const PATH = "/ops/dead-letters";

/** The most that the API takes at once. */
const BULK = 1_000;

/** What to deal with: one dead letter, or all of a type. */
export type Target = { letter: DeadLetter } | { type: string };

/** What to give up: of a type only what was shown, with the last failure of the newest one. */
export type Discarded = { letter: DeadLetter } | { type: string; upTo: string };

export function useReplay() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (target: Target) =>
      "letter" in target
        ? api.post<undefined>(`${PATH}/${target.letter.id}/replay`)
        : api.post<DeadLettersDone>(`${PATH}/replay`, { type: target.type, limit: BULK }),
    onSuccess: (result) => done(result ? replayed(result) : "It was sent again"),
    onError: (error) => failed("It was not sent again", error),
    onSettled: refresh,
  });
}

export function useDiscard() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async ({ target, note }: { target: Discarded; note: string }) =>
      "letter" in target
        ? api.post<undefined>(`${PATH}/${target.letter.id}/discard`, { note })
        : api.post<DeadLettersDone>(`${PATH}/discard`, { type: target.type, up_to: target.upTo, note, limit: BULK }),
    onSuccess: (result) => done(result ? `${amount(result.done)} discarded, ${amount(result.left)} left` : "It was discarded"),
    onSettled: refresh,
  });
}

function useRefresh(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: queryKeys.ops });
}

function replayed({ done: sent, refused, reason, left }: DeadLettersDone): string {
  const said = `${amount(sent)} sent again, ${amount(left)} left`;
  return refused ? `${said}. ${amount(refused)} can never be handled: ${reason}` : said;
}

function amount(number: number): string {
  return number.toLocaleString("en");
}
