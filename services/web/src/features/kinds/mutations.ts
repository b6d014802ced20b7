import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSubmission } from "@/api/submission";
import type { Choice } from "@/api/types";
import { isolate } from "@/components/bidi";
import { done, failed } from "@/components/toasts";
import type { ChoiceList } from "@/features/kinds/lists";

/** Add a choice, at the end of its list. */
export function useAdd({ add, words, queryKey }: ChoiceList) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (label: string) => add(label, submission.keyOf({ label })),
    onSuccess: ({ label }) => {
      submission.created();
      done(words.saved(isolate(label)));
      void cache.invalidateQueries({ queryKey });
    },
  });
}

interface Change {
  choice: Choice;
  body: { label: string } | { archived: boolean };
}

/** Rename a choice, archive it or bring it back; the form of a name says itself why that failed. */
export function useChange({ change, words, queryKey }: ChoiceList) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ choice, body }: Change) => change(choice, body),
    onSuccess: ({ label }) => done(words.saved(isolate(label))),
    onError: (error, { body }) => ("archived" in body ? failed(words.notSaved, error) : undefined),
    // Both lists and each label may be others by now.
    onSettled: () => void cache.invalidateQueries({ queryKey }),
  });
}

/** Put the choices in use into another order. */
export function useOrder({ order, words, query, queryKey }: ChoiceList) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: order,
    onSuccess: (items) => cache.setQueryData(query().queryKey, items),
    onError: (error) => {
      failed(words.notSaved, error);
      void cache.invalidateQueries({ queryKey });
    },
  });
}
