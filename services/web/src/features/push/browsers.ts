import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { fingerprint, subscribe, unsubscribe } from "@/api/thisBrowser";

/** The browsers in which one is told, and which of them this one is. */
export function useBrowsers() {
  return useQuery({
    queryKey: queryKeys.browsers,
    queryFn: async ({ signal }) => {
      const [listed, own] = await Promise.all([dataOf(api.GET("/me/browsers", { signal })), fingerprint()]);
      return { ...listed, own: listed.items.find((each) => each.fingerprint === own) };
    },
  });
}

/** Switches this browser on by the key of those who push, or off by its id. */
export function useSwitchHere() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, own }: { key: string; own: number | undefined }) => {
      if (own === undefined) await addHere(key);
      else await Promise.all([unsubscribe(), remove(own)]);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.browsers }),
  });
}

/** Sends a test to a browser: its service worker shows it. */
export function useTestBrowser() {
  return useMutation({
    mutationFn: (id: number) =>
      api.POST("/me/destinations/{destination_id}/test", { params: { path: { destination_id: id } } }),
  });
}

export function useRemoveBrowser() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: remove,
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.browsers }),
  });
}

async function addHere(key: string): Promise<void> {
  const subscription = await subscribe(key);
  const { p256dh = "", auth = "" } = subscription.toJSON().keys ?? {};
  try {
    await api.POST("/me/browsers", { body: { endpoint: subscription.endpoint, keys: { p256dh, auth } } });
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

async function remove(id: number): Promise<void> {
  await api.DELETE("/me/browsers/{browser_id}", { params: { path: { browser_id: id } } });
}
