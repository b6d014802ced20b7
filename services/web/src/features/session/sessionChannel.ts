/** Who is logged in in this browser now, by the tab that has just learnt it; null: nobody any more. */
type News = number | null;

const channel = "BroadcastChannel" in window ? new BroadcastChannel("followup-session") : null;

/** Tell the other tabs who is logged in. */
export function announceSession(news: News): void {
  channel?.postMessage(news);
}

/** Listen to the other tabs; returns what ends it. */
export function onSessionNews(listener: (news: News) => void): () => void {
  const hear = (event: MessageEvent<News>) => listener(event.data);
  channel?.addEventListener("message", hear);
  return () => channel?.removeEventListener("message", hear);
}
