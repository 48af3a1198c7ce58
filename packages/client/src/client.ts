import { OPERATIONS, type Operations } from "./operations.ts";

export interface ClientOptions {
  /** Where the service is; a path, if it has one, included. */
  readonly baseUrl: string;
  /** `name=value` of a session that was opened before. Outside of browsers, which have their own. */
  readonly cookie?: string | undefined;
  /** How long an answer may take; 10 seconds, if not given. */
  readonly timeoutMs?: number;
  /** Of the session's cookie, where the installation has given it a name of its own. */
  readonly cookieName?: string;
  readonly fetch?: typeof fetch;
}

type Name = keyof Operations;

/** The operation was done; `code` says in which of its ways. */
export type Success<Of extends Name> = {
  readonly [Code in keyof Operations[Of]["responses"]]: {
    readonly ok: true;
    readonly code: Code;
    readonly status: number;
    readonly body: Operations[Of]["responses"][Code];
  };
}[keyof Operations[Of]["responses"]];

/** It was not, as far as anybody knows; `unreachable` may have been done all the same. */
export interface Refusal<Of extends Name> {
  readonly ok: false;
  readonly code: Operations[Of]["errors"] | "unreachable" | "unexpected_answer";
  /** 0: there was no answer. */
  readonly status: number;
  /** For people. */
  readonly message: string;
  /** When to try again, if the service said so. */
  readonly retryAfterSeconds?: number;
}

export type Outcome<Of extends Name> = Success<Of> | Refusal<Of>;

type Input<Of extends Name> = Operations[Of]["input"];
type Given<Of extends Name> = object extends Input<Of> ? [input?: Input<Of>] : [input: Input<Of>];

/** A method for each operation, and the cookie of the session that they share. One client, one user. */
export type Client = {
  readonly [Of in Name]: (...given: Given<Of>) => Promise<Outcome<Of>>;
} & {
  /** `name=value`, to be kept by whoever is no browser; `undefined` without a session. */
  readonly cookie: () => string | undefined;
};

const TIMEOUT_MS = 10_000;

/** For browsers, Node and edge runtimes: all that it needs is `fetch`. Nothing it does throws. */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, timeoutMs = TIMEOUT_MS, cookieName, fetch: send = fetch } = options;
  let { cookie } = options;

  async function call(name: Name, input: Fields): Promise<Outcome<Name>> {
    try {
      const { url, init } = toRequest(OPERATIONS[name], input);
      const response = await send(`${baseUrl.replace(/\/+$/, "")}${url}`, {
        ...init,
        headers: { ...init.headers, accept: ACCEPT, ...(cookie && { cookie }) },
        // A redirect is an answer; followed, some methods would be repeated where it leads.
        redirect: "manual",
        ...IN_BROWSERS,
        signal: AbortSignal.timeout(timeoutMs),
      });
      cookie = nextCookie(response, cookie, cookieName);
      return toOutcome(OPERATIONS[name], response, await response.text());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, code: "unreachable", status: 0, message };
    }
  }

  const methods = Object.keys(OPERATIONS).map((name) => [
    name,
    (input: Fields = {}) => call(name as Name, input),
  ]);
  return { ...Object.fromEntries(methods), cookie: () => cookie } as Client;
}

/** Not all edge runtimes take it; they have no cookies of their own to send. */
const IN_BROWSERS: RequestInit =
  "credentials" in Request.prototype ? { credentials: "include" } : {};

type Fields = Readonly<Record<string, string | boolean | undefined>>;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly headers: readonly string[];
  readonly successes: readonly {
    readonly code: string;
    readonly status: number;
    /** What its body has; none, if there is no body. */
    readonly has?: readonly string[];
    readonly message?: string;
    readonly location?: string;
  }[];
}

/** Refusals with a code, and successes as they are. */
const ACCEPT = "application/problem+json, application/json";

/** Puts each part of the input where the operation has it: path, query, header, or else the body. */
function toRequest({ method, path, query, headers: inHeaders }: Operation, input: Fields) {
  const search = new URLSearchParams();
  const headers: Record<string, string> = {};
  const body: Record<string, string | boolean> = {};
  let url = path;
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (path.includes(`{${name}}`)) url = url.replace(`{${name}}`, toSegment(String(value)));
    else if (query.includes(name)) search.set(name, String(value));
    else if (inHeaders.includes(name)) headers[name] = String(value);
    else body[name] = value;
  }
  if (search.size > 0) url += `?${search}`;
  if (Object.keys(body).length === 0) return { url, init: { method, headers } };
  headers["content-type"] = "application/json";
  return { url, init: { method, headers, body: JSON.stringify(body) } };
}

/** One segment of a path; some texts would lead to another one. */
function toSegment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new Error(`"${text}" names nothing`);
  return encodeURIComponent(text);
}

const USUAL_NAME = /^(?:__Host-|__Secure-)?session_id=/;

/** Browsers show nobody what cookies are set, and send them by themselves. Balancers set some too. */
function nextCookie({ headers }: Response, before: string | undefined, name: string | undefined) {
  const isSession = (line: string) =>
    name === undefined ? USUAL_NAME.test(line) : line.startsWith(`${name}=`);
  const set = headers.getSetCookie().find(isSession);
  if (set === undefined) return before;
  return /;\s*max-age=0\b/i.test(set) ? undefined : set.split(";")[0];
}

function toOutcome(
  { successes }: Operation,
  { status, type, headers }: Response,
  text: string,
): Outcome<Name> {
  const body = headers.get("content-type")?.includes("json") ? parsed(text) : undefined;
  const said = (body ?? {}) as { code?: unknown; message?: string; detail?: string };
  // All that browsers show of a redirect which was not followed is that there was one.
  const isHidden = type === "opaqueredirect";
  const success = successes.find((one) => {
    if (isHidden) return one.location !== undefined;
    const isMet = (one.has ?? []).every((name) => name in said);
    const isHere = one.location === undefined || one.location === headers.get("location");
    const isSaid = one.message === undefined || one.message === said.message;
    return one.status === status && isMet && isHere && isSaid;
  });
  if (success)
    return { ok: true, code: success.code, status: success.status, body } as Success<Name>;
  const isCode = typeof said.code === "string";
  const code = (isCode ? said.code : "unexpected_answer") as Refusal<Name>["code"];
  const message = said.detail ?? said.message ?? "";
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  const retry = Number.isNaN(retryAfter) ? {} : { retryAfterSeconds: retryAfter };
  return { ok: false, code, status, message, ...retry };
}

/** An object, which all our answers are. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // no JSON; then it is no answer of the service's
  }
}
