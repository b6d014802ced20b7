import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/problem";

/** Answers that will be the same however often one asks. */
function final(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Without a connection a page says so; by itself, it would wait unseen, as if it were loading.
      networkMode: "always",
      refetchOnReconnect: true,
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => !final(error) && failures < 2,
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
    // A change is tried at once and says so when it fails: one that waits for the connection unseen
    // could overwrite what others did in the meantime.
    mutations: { networkMode: "always", retry: false },
  },
});
