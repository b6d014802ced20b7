import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { queryKeys } from "@/api/queryKeys";
import { followInbox } from "@/features/inbox/stream";
import { refreshLists } from "@/features/followups";
import { useMe } from "@/api/session";

/** Keep the unread count, the inbox and what escalations change current. */
export function useInboxStream(): void {
  const cache = useQueryClient();
  const { id } = useMe();
  useEffect(() => {
    let newest: number | null | undefined;
    return followInbox(id, (state) => {
      cache.setQueryData(queryKeys.unreadCount, { unread: state.unread });
      void cache.invalidateQueries({ queryKey: queryKeys.notificationLists });
      void cache.invalidateQueries({ queryKey: queryKeys.allActivities }); // somebody may have commented
      if (newest !== undefined && state.newest_id !== newest) refreshLists(cache);
      newest = state.newest_id;
    });
  }, [cache, id]);
}
