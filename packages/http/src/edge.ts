import { type Policy, Unavailable } from "@postern/domain";
import type { Context } from "hono";
import { setHeader } from "./answer.ts";
import type { AppEnv } from "./app-env.ts";
import { problem, type ProblemCode } from "./problems.ts";

/** One answered request, as it may be logged: of the caller's own it holds a UUID at the most. */
export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern, not the path: a path can hold anything, a token too. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly code?: ProblemCode;
  readonly userId?: string;
}

export interface EdgeOptions {
  readonly policy: Policy;
  /** Where people reach the service, when that is known. */
  readonly publicOrigin?: string | undefined;
  /** Is this `Host` one of ours? Asked where a page elsewhere could rebind its name to us. */
  readonly isOwnHost?: ((host: string) => boolean) | undefined;
  /** Whose pages may call us with their visitors' cookies; exactly as browsers write them. */
  readonly corsOrigins?: readonly string[];
  /** Told of every answer to a request that changed something, or was to, or was refused. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Told of the others: these are the many, and the least is said by them. */
  readonly onRead?: ((record: RequestRecord) => void) | undefined;
  /** Told of every fault, expected to pass or not; the caller is told nothing of its cause. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
}

/** OWASP ASVS 5.0 section 3.4 and item 14.3.2. Nothing we answer is a page, or for a cache. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
const TWO_YEARS_OF_HTTPS = "max-age=63072000; includeSubDomains";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;

/** Puts the edge around what answers on a route. */
export type Edge = (route: string, handle: Handler) => Handler;

/** What every request meets first and every answer last. */
export function edge(options: EdgeOptions): Edge {
  const { policy, publicOrigin, isOwnHost, corsOrigins = [], onRequest, onRead } = options;
  const usual = {
    ...SECURITY_HEADERS,
    ...(policy.cookie.secure && { "strict-transport-security": TWO_YEARS_OF_HTTPS }),
  };
  const refusal = (c: Context<AppEnv>) => {
    const isListed = allowListed(c, corsOrigins);
    if (isOwnHost?.(c.req.header("host") ?? "") === false) return "misdirected_request";
    return !isListed && isCrossSiteWrite(c.req.raw, publicOrigin)
      ? "cross_site_request"
      : undefined;
  };
  return (route, handle) => async (c) => {
    const startedAt = performance.now();
    const given = c.req.header("x-request-id");
    const requestId = given && UUID.test(given) ? given : crypto.randomUUID();
    c.set("requestId", requestId);
    c.set("headers", { ...usual, "x-request-id": requestId });
    let response: Response;
    try {
      const refused = refusal(c);
      response = refused ? problem(c, refused) : await handle(c);
    } catch (error) {
      response = faulty(c, error, options);
    }
    const { status } = response;
    const tell = SAFE_METHODS.has(c.req.method) && status < 400 ? onRead : onRequest;
    tell?.(recordOf(c, { route, status, startedAt }));
    return response;
  };
}

function faulty(c: Context<AppEnv>, error: unknown, { onFault }: EdgeOptions): Response {
  onFault?.(error, c.get("requestId"));
  if (!(error instanceof Unavailable)) return problem(c, "internal_error");
  return problem(c, "unavailable", { headers: { "retry-after": String(error.retryAfterSeconds) } });
}

/**
 * Lets a page of a listed origin read the answer (Fetch Standard section 3.2). The origin is compared
 * with the list as a whole and never echoed unseen, so `null` and look-alikes get nothing.
 */
function allowListed(c: Context<AppEnv>, origins: readonly string[]): boolean {
  if (origins.length === 0) return false;
  setHeader(c, "vary", "Origin");
  const origin = origins.find((one) => one === c.req.header("origin"));
  if (origin === undefined) return false;
  setHeader(c, "access-control-allow-origin", origin);
  setHeader(c, "access-control-allow-credentials", "true");
  if (c.req.method === "OPTIONS") {
    setHeader(c, "access-control-allow-methods", "GET, POST, PUT, DELETE");
    setHeader(
      c,
      "access-control-allow-headers",
      "content-type, accept, idempotency-key, x-request-id",
    );
    setHeader(c, "access-control-max-age", "600");
  } else setHeader(c, "access-control-expose-headers", "retry-after, x-request-id");
  return true;
}

/**
 * Would this change something in the name of a browser's user, for another site? Browsers say so in
 * `Sec-Fetch-Site`; older ones in `Origin`. A caller that sends neither is no browser, and has no
 * cookies but its own (OWASP CSRF Prevention Cheat Sheet).
 */
function isCrossSiteWrite(
  { method, headers, url }: Request,
  publicOrigin: string | undefined,
): boolean {
  if (SAFE_METHODS.has(method)) return false;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = headers.get("origin");
  if (origin === null || origin === publicOrigin) return false;
  return URL.parse(origin)?.host !== (headers.get("host") ?? new URL(url).host);
}

function recordOf(
  c: Context<AppEnv>,
  { route, status, startedAt }: { route: string; status: number; startedAt: number },
): RequestRecord {
  const [code, userId] = [c.get("code"), c.get("userId")];
  return {
    requestId: c.get("requestId"),
    method: c.req.method,
    route,
    status,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...(code && { code }),
    ...(userId && { userId }),
  };
}
