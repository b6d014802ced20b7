import { electLeader } from "@/features/inbox/tabLeader";

/** What the stream says at connect and after each change. */
export interface InboxState {
  unread: number;
  newest_id: number | null;
}

const PATH = "/api/v1/notifications/stream";
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/**
 * Follow the inbox until `close()`. Each event says how the inbox is, not what changed, so a broken
 * connection can neither lose nor double anything: the first event after it tells all.
 */
export class InboxStream {
  private source: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_RETRY_MS;

  constructor(
    /** Whose it is: the API refuses it once the browser is logged in as somebody else. */
    private readonly userId: number,
    private readonly onState: (state: InboxState) => void,
  ) {
    this.open();
    window.addEventListener("online", this.reopen);
  }

  close(): void {
    window.removeEventListener("online", this.reopen);
    window.removeEventListener("focus", this.reopen);
    clearTimeout(this.retry);
    this.source?.close();
  }

  private readonly reopen = (): void => {
    this.wait = FIRST_RETRY_MS;
    this.open();
  };

  private open(): void {
    clearTimeout(this.retry);
    this.source?.close();
    const source = new EventSource(`${PATH}?person=${this.userId}`);
    source.addEventListener("inbox", (event) => {
      this.wait = FIRST_RETRY_MS;
      this.onState(JSON.parse(event.data as string) as InboxState);
    });
    // This person has more streams than the server keeps. Coming back by itself would close another one,
    // whose tab would come back too; so the tab that somebody turns to has it.
    source.addEventListener("closed", () => {
      source.close();
      window.addEventListener("focus", this.reopen, { once: true });
    });
    source.onerror = () => this.later();
    this.source = source;
  }

  /** The browser reconnects by itself after some errors only; doing it here covers all of them. */
  private later(): void {
    this.source?.close();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_RETRY_MS);
  }
}

/**
 * Follow the inbox through one connection for all tabs of a person: browsers allow six connections to a
 * site over HTTP/1.1, so a stream in each tab would stop the seventh from loading at all. One tab has the
 * stream and passes on what it says.
 *
 * @returns ends it
 */
export function followInbox(userId: number, onState: (state: InboxState) => void): () => void {
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
    const stream = new InboxStream(userId, onState);
    return () => stream.close();
  }
  return electLeader<InboxState>(`followup-inbox-of-${userId}`, onState, (tell) => {
    const stream = new InboxStream(userId, (state) => {
      onState(state);
      tell(state);
    });
    return () => stream.close();
  });
}
