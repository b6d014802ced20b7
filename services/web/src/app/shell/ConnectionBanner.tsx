import { onlineManager, useQueryClient } from "@tanstack/react-query";
import { IconCloudOff } from "@tabler/icons-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import { t } from "@/i18n";
import classes from "./ConnectionBanner.module.css";

const subscribe = (listener: () => void) => onlineManager.subscribe(listener);

/** Says that what is on the page may be old, while the network or the server is away. */
export function ConnectionBanner() {
  const online = useSyncExternalStore(subscribe, () => onlineManager.isOnline());
  const unreachable = useUnreachable();
  if (online && !unreachable) return null;
  return (
    <div className={classes.banner} role="status">
      <IconCloudOff size={18} aria-hidden />
      {online ? t.failures.away : t.failures.offlineBanner}
    </div>
  );
}

/** Whether the last call that was made found no server. */
function useUnreachable(): boolean {
  const cache = useQueryClient();
  const [unreachable, setUnreachable] = useState(false);
  useEffect(
    () =>
      cache.getQueryCache().subscribe((event) => {
        if (event.type !== "updated") return;
        const { action } = event;
        if (action.type === "success") setUnreachable(false);
        if (action.type !== "error" && action.type !== "failed") return;
        if (action.error instanceof Problem) setUnreachable(action.error.unreachable);
      }),
    [cache],
  );
  useEffect(() => {
    if (!unreachable) return undefined;
    const timer = setInterval(() => void cache.refetchQueries({ queryKey: queryKeys.unreadCount }), 5_000);
    return () => clearInterval(timer);
  }, [unreachable, cache]);
  // Once it answers again, everything that failed meanwhile is asked again.
  useEffect(() => {
    if (!unreachable) void cache.refetchQueries({ predicate: ({ state }) => state.status === "error" });
  }, [unreachable, cache]);
  return unreachable;
}
