import { OPERATIONS, type Operations } from "./operations.ts";

export interface ClientOptions {
  /** The URL of the service, with its path if it has one. */
  readonly baseUrl: string;
  /** `name=value` of an earlier session. Not in browsers, which store cookies themselves. */
  readonly cookie?: string | undefined;
  /** `name=value` of an earlier log-in from this device, which has its own limit of attempts. */
  readonly deviceCookie?: string | undefined;
  /** Time limit for an answer. Default: 10 seconds. */
  readonly timeoutMs?: number;
  /** The name of the session cookie, if the installation changed it. */
  readonly cookieName?: string;
  readonly fetch?: typeof fetch;
}

type Name = keyof Operations;

/** The operation succeeded. `code` says in which of its ways. */
export type Success<Of extends Name> = {
  readonly [Code in keyof Operations[Of]["responses"]]: {
    readonly ok: true;
    readonly code: Code;
    readonly status: number;
    readonly body: Operations[Of]["responses"][Code];
  };
}[keyof Operations[Of]["responses"]];

/** The operation failed. With `unreachable` the service may have done it all the same. */
export interface Refusal<Of extends Name> {
  readonly ok: false;
  readonly code: Operations[Of]["errors"] | "unreachable" | "unexpected_answer";
  /** 0: there was no answer. */
  readonly status: number;
  /** A message for people. */
  readonly message: string;
  /** When to retry, if the service said so. */
  readonly retryAfterSeconds?: number;
}

export type Outcome<Of extends Name> = Success<Of> | Refusal<Of>;

type Input<Of extends Name> = Operations[Of]["input"];
type Given<Of extends Name> = object extends Input<Of> ? [input?: Input<Of>] : [input: Input<Of>];

/**
 * A method for each operation, and the cookies that they share. One client is for one user.
 */
export type Client = {
  readonly [Of in Name]: (...given: Given<Of>) => Promise<Outcome<Of>>;
} & {
  /** `name=value`, for callers other than browsers to store. `undefined`: there is no session. */
  readonly cookie: () => string | undefined;
  /** The same for the cookie by which the service knows the device. It outlives the session. */
  readonly deviceCookie: () => string | undefined;
};

const TIMEOUT_MS = 10_000;

/**
 * Creates a client for browsers, Node and edge runtimes: it needs `fetch` and nothing else. Its
 * methods return errors and never throw.
 * @example
 * const client = createClient({ baseUrl: "https://login.example.com" });
 * const result = await client.logIn({ email: "bob@example.com", password: "MyPwdOfBob" });
 * if (!result.ok) console.error(result.code, result.message);
 */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, timeoutMs = TIMEOUT_MS, cookieName, fetch: send = fetch } = options;
  let { cookie, deviceCookie } = options;

  async function call(name: Name, input: Fields): Promise<Outcome<Name>> {
    try {
      const { url, init } = toRequest(OPERATIONS[name], input);
      const response = await send(`${baseUrl.replace(/\/+$/, "")}${url}`, {
        ...init,
        headers: { ...init.headers, accept: ACCEPT, ...toHeader(cookie, deviceCookie) },
        // A redirect counts as an answer. If it were followed, some methods would be repeated at
        // its target.
        redirect: "manual",
        ...IN_BROWSERS,
        signal: AbortSignal.timeout(timeoutMs),
      });
      cookie = nextCookie(response, cookie, (line) =>
        cookieName ? line.startsWith(`${cookieName}=`) : SESSION_COOKIE.test(line),
      );
      deviceCookie = nextCookie(response, deviceCookie, (line) => DEVICE_COOKIE.test(line));
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
  return {
    ...Object.fromEntries(methods),
    cookie: () => cookie,
    deviceCookie: () => deviceCookie,
  } as Client;
}

/** Some edge runtimes do not accept it. They have no cookies of their own to send. */
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
    /** The JSON body; `undefined` if there is no body. */
    readonly has?: readonly string[];
    readonly message?: string;
    readonly location?: string;
  }[];
}

/** Returns an error with its code, or a success with its body. */
const ACCEPT = "application/problem+json, application/json";

/** Puts each part of the input where the operation expects it: path, query, header, or body. */
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

/** One segment of a path. Some texts would lead to another path. */
function toSegment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new Error(`"${text}" is not an id`);
  return encodeURIComponent(text);
}

const SESSION_COOKIE = /^(?:__Host-|__Secure-)?session_id=/;
const DEVICE_COOKIE = /^(?:__Host-)?known_devices(?:_[^=]*)?=/;

function toHeader(...cookies: readonly (string | undefined)[]): Record<string, string> {
  const cookie = cookies.filter((one) => one !== undefined).join("; ");
  return cookie ? { cookie } : {};
}

/** Browsers hide set cookies and send them by themselves. Balancers may set cookies too. */
function nextCookie(
  { headers }: Response,
  before: string | undefined,
  isOurs: (line: string) => boolean,
): string | undefined {
  const set = headers.getSetCookie().find(isOurs);
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
  // Browsers only tell that a redirect was not followed.
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

/** A JSON object, as every answer of the service is. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // not JSON, so not an answer of the service
  }
}
