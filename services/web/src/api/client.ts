import { noteServerTime } from "@/time/clock";
import { noAnswer, Problem, REAUTHENTICATION_NEEDED, problemOf } from "@/api/problem";

const BASE = "/api/v1";

export type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  /** Tag of what a change was based on, as the API gave it; it refuses with 412 what has changed since. */
  etag?: string;
  /** Of something that is created: sent again with the same key, it is not created again. See `Submission`. */
  key?: string;
  signal?: AbortSignal;
  /** The one who is logged in: for asking who that is. */
  anybody?: boolean;
}

/** Whom the page shows. The API refuses what it asks for once the browser is logged in as somebody else. */
let person: number | null = null;

/** Say whom the page shows from now on. */
export function showPerson(id: number | null): void {
  person = id;
}

/** Asks the person to show that it is them; false: they would rather not. */
let prove: () => Promise<boolean> = () => Promise.resolve(false);

/** Say who asks the person for their password when a request needs it. */
export function onReauthenticationNeeded(ask: () => Promise<boolean>): void {
  prove = ask;
}

/** Address of a call, for what the browser itself gets, such as a download. */
export function addressOf(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return `${BASE}${path}${parameters.size ? `?${parameters}` : ""}`;
}

/** Send a request, and once more whenever the person had to show that it is them and did. */
async function send<T>(method: string, path: string, init: RequestInit, options: Options): Promise<T> {
  for (;;) {
    try {
      return await sendOnce<T>(method, path, init, options);
    } catch (error) {
      if (!(error instanceof Problem && error.type === REAUTHENTICATION_NEEDED && (await prove()))) throw error;
    }
  }
}

async function sendOnce<T>(method: string, path: string, init: RequestInit, options: Options): Promise<T> {
  const response = await answerOf(method, path, init, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** An answer that is a success, its body not read yet. */
async function answerOf(method: string, path: string, init: RequestInit, options: Options): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "application/json");
  if (person !== null && !options.anybody) headers.set("Followup-Person", String(person));
  if (options.etag !== undefined) headers.set("If-Match", options.etag);
  if (options.key !== undefined) headers.set("Idempotency-Key", options.key);
  let response: Response;
  try {
    response = await fetch(addressOf(path, options.query), {
      ...init,
      method,
      headers,
      credentials: "same-origin",
      ...(options.signal && { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw noAnswer();
  }
  noteServerTime(response.headers.get("Date"));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Get a file, to be kept by the browser: a large one on its disk, not in the memory of the page. */
export async function fileOf(path: string, options: Options = {}): Promise<Blob> {
  return (await answerOf("GET", path, {}, options)).blob();
}

function json(body: unknown): RequestInit {
  if (body === undefined) return {};
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** Calls to the API of the same origin; failures throw `Problem`. */
export const api = {
  get: <T>(path: string, options: Options = {}) => send<T>("GET", path, {}, options),
  post: <T>(path: string, body?: unknown, options: Options = {}) =>
    send<T>("POST", path, json(body), options),
  patch: <T>(path: string, body: unknown, options: Options = {}) =>
    send<T>("PATCH", path, json(body), options),
  put: <T>(path: string, body: unknown, options: Options = {}) => send<T>("PUT", path, json(body), options),
  delete: (path: string, options: Options = {}) => send<undefined>("DELETE", path, {}, options),
  upload: <T>(path: string, file: Blob, options: Options = {}) =>
    send<T>("POST", path, { body: file, headers: { "Content-Type": "application/octet-stream" } }, options),
};
