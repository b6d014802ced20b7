import { noteServerTime } from "@/time/clock";
import { noAnswer, problemOf } from "@/api/problem";

const BASE = "/api/v1";

export type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  /** Tag of what a change was based on, as the API gave it; it refuses with 412 what has changed since. */
  etag?: string;
  signal?: AbortSignal;
}

function urlOf(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return `${BASE}${path}${parameters.size ? `?${parameters}` : ""}`;
}

async function send<T>(method: string, path: string, init: RequestInit, options: Options): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "application/json");
  if (options.etag !== undefined) headers.set("If-Match", options.etag);
  let response: Response;
  try {
    response = await fetch(urlOf(path, options.query), {
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
  return (response.status === 204 ? undefined : await response.json()) as T;
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
  delete: (path: string, options: Options = {}) => send<undefined>("DELETE", path, {}, options),
  upload: <T>(path: string, file: Blob, options: Options = {}) =>
    send<T>("POST", path, { body: file, headers: { "Content-Type": "text/csv" } }, options),
};
