import createClient, { type ClientOptions } from "openapi-fetch";
import type { PathsWithMethod } from "openapi-typescript-helpers";
import { noAnswer, Problem, problemOf, REAUTHENTICATION_NEEDED } from "@/api/problem";
import type { paths } from "@/api/schema";
import { noteServerTime } from "@/time/clock";

const BASE = "/api/v1";

/** The API's paths as its document has them, without their common beginning. */
export type Api = { [Path in keyof paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: paths[Path] };

/** What a path takes behind its `?`. */
export type QueryOf<Path extends PathsWithMethod<Api, "get">> = NonNullable<Api[Path]["get"]["parameters"]["query"]>;

/** Whom the page shows. The API refuses what it asks for once the browser is logged in as somebody else. */
let person: number | null = null;

/** Say whom the page shows from now on. */
export function showPerson(id: number | null): void {
  person = id;
}

/** Asks the person to show that it is them; false: they would rather not. */
let reauthenticate: () => Promise<boolean> = () => Promise.resolve(false);

/** Say who asks the person for their password when a request needs it. */
export function onReauthenticationNeeded(ask: () => Promise<boolean>): void {
  reauthenticate = ask;
}

function serialized(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return String(parameters);
}

/** Address of a call, for what the browser itself gets, such as a download. */
export function addressOf<Path extends PathsWithMethod<Api, "get">>(path: Path, query: QueryOf<Path>): string {
  return `${BASE}${path}?${serialized(query)}`;
}

/** A request that can be made again: one that was sent has no body any more. */
class RepeatableRequest extends Request {
  readonly again: () => RepeatableRequest;

  constructor(url: RequestInfo | URL, init?: RequestInit) {
    super(url, init);
    // With the headers that came to it since.
    this.again = () => new RepeatableRequest(url, { ...init, headers: this.headers });
  }
}

/** Send a request, and once more whenever the person had to show that it is them and did. Failures throw `Problem`. */
async function answerTo(request: Request): Promise<Response> {
  for (let current = request; ; ) {
    const repeat = current instanceof RepeatableRequest ? current.again : null;
    try {
      return await sendOnce(current);
    } catch (error) {
      const needed = error instanceof Problem && error.type === REAUTHENTICATION_NEEDED;
      if (!needed || !repeat || !(await reauthenticate())) throw error;
      current = repeat();
    }
  }
}

async function sendOnce(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw noAnswer();
  }
  noteServerTime(response.headers.get("Date"));
  if (!response.ok) throw await problemOf(response);
  return response;
}

const OPTIONS: ClientOptions = {
  baseUrl: location.origin + BASE,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  querySerializer: serialized,
  Request: RepeatableRequest,
  fetch: answerTo,
};

/** Calls to the API of the same origin, as its document describes them; failures throw `Problem`. */
export const api = createClient<Api>(OPTIONS);
api.use({
  onRequest: ({ request }) => {
    if (person !== null) request.headers.set("Followup-Person", String(person));
  },
});

/** For asking who is logged in, no matter whom the page shows. */
export const apiForAnybody = createClient<Api>(OPTIONS);

/** What a call that succeeded gives. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Error("The answer has no content.");
  return data;
}

/** The header that refuses a change with 412 when somebody was quicker. @param etag of what the change was based on */
export function ifMatch(etag: string): { "If-Match": string } {
  return { "If-Match": etag };
}

/** The header of what creates: sent again with the same key, nothing is created again. See `Submission`. */
export function idempotencyKey(key: string | undefined): { "Idempotency-Key"?: string } {
  return key === undefined ? {} : { "Idempotency-Key": key };
}

/** A file as the body of a request; the document knows its bytes as text. */
export function upload(file: Blob) {
  return { body: "", bodySerializer: () => file, headers: { "Content-Type": "application/octet-stream" } };
}
