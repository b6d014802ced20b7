const ASK_MS = 3_000;
const PATIENCE = 3;

/** What tabs send each other: the leader is asked whether it is there, answers, and passes on news; one that joins hears the last. */
type TabMessage<T> = { kind: "joined" } | { kind: "asked" } | { kind: "here" } | { kind: "news"; news: T };

/**
 * Let one tab of several do something for all of them. The one that holds the lock does; when it closes, the
 * next one takes over. One that does not answer any more, because its page is frozen or hangs, keeps the lock
 * all the same: after three questions without an answer, some ten seconds, a tab in sight takes it away.
 *
 * @param name of the lock and of the channel, the same in all tabs
 * @param onNews gets what the leading tab tells
 * @param start does it, in the tab that leads: gets what tells the others, and gives what ends it
 * @returns ends it for this tab
 */
export function electLeader<T>(name: string, onNews: (news: T) => void, start: (tell: (news: T) => void) => () => void) {
  const channel = new BroadcastChannel(name);
  const send = (message: TabMessage<T>) => channel.postMessage(message);
  let stop: (() => void) | undefined;
  let release: (() => void) | undefined;
  let turn = new AbortController();
  let last: TabMessage<T> | undefined;
  let unanswered = 0;
  let ended = false;

  function tell(news: T) {
    last = { kind: "news", news };
    send(last);
  }

  function ask(options: LockOptions) {
    let held = false;
    const hold = () =>
      new Promise<void>((resolve) => {
        held = true;
        release = resolve;
        if (ended) resolve();
        else stop = start(tell);
      });
    navigator.locks.request(name, options, hold).catch(() => {
      if (!held || ended) return; // it ended while it waited
      stop?.(); // taken by a tab that had no answer from this one
      stop = undefined;
      queue();
    });
  }

  function queue() {
    turn = new AbortController();
    ask({ signal: turn.signal });
  }

  channel.onmessage = ({ data }: MessageEvent<TabMessage<T>>) => {
    if (data.kind === "asked" || data.kind === "joined") {
      if (stop) send(data.kind === "joined" && last ? last : { kind: "here" });
      return;
    }
    unanswered = 0;
    if (data.kind === "news") onNews(data.news);
  };
  const asking = setInterval(() => {
    if (stop || document.hidden) {
      unanswered = 0;
    } else if (unanswered < PATIENCE) {
      unanswered += 1;
      send({ kind: "asked" });
    } else {
      unanswered = 0;
      turn.abort();
      ask({ steal: true });
    }
  }, ASK_MS);
  queue();
  send({ kind: "joined" });
  return () => {
    ended = true;
    clearInterval(asking);
    turn.abort();
    stop?.();
    release?.();
    channel.close();
  };
}
