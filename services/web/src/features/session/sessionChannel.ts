/** Who is logged in in this browser now, by the tab that has just learnt it; null: nobody any more. */
type SessionNews = number | null;

const channel = "BroadcastChannel" in window ? new BroadcastChannel("followup-session") : null;

/** Tell the other tabs who is logged in. */
export function announceSession(news: SessionNews): void {
  channel?.postMessage(news);
}

/** Listen to the other tabs; returns what ends it. */
export function onSessionNews(listener: (news: SessionNews) => void): () => void {
  const handle = (event: MessageEvent<SessionNews>) => listener(event.data);
  channel?.addEventListener("message", handle);
  return () => channel?.removeEventListener("message", handle);
}
