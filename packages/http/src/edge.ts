import type { Policy } from "@postern/domain";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
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
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
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

/** What every request meets first and every answer last. */
export function edge({
  policy,
  publicOrigin,
  isOwnHost,
  corsOrigins = [],
  onRequest,
}: EdgeOptions): MiddlewareHandler<AppEnv> {
  const headers = Object.entries(SECURITY_HEADERS);
  if (policy.cookie.secure) headers.push(["strict-transport-security", TWO_YEARS_OF_HTTPS]);
  return async (c, next) => {
    const startedAt = performance.now();
    const given = c.req.header("x-request-id");
    const requestId = given && UUID.test(given) ? given : crypto.randomUUID();
    c.set("requestId", requestId);
    c.header("x-request-id", requestId);
    for (const [name, value] of headers) c.header(name, value);
    const isListed = allowListed(c, corsOrigins);
    if (isOwnHost?.(c.req.header("host") ?? "") === false)
      c.res = problem(c, "misdirected_request");
    else if (!isListed && isCrossSiteWrite(c.req.raw, publicOrigin))
      c.res = problem(c, "cross_site_request");
    else await next();
    onRequest?.(recordOf(c, requestId, startedAt));
  };
}

/**
 * Lets a page of a listed origin read the answer (Fetch Standard section 3.2). The origin is compared
 * with the list as a whole and never echoed unseen, so `null` and look-alikes get nothing.
 */
function allowListed(c: Context<AppEnv>, origins: readonly string[]): boolean {
  if (origins.length === 0) return false;
  c.header("vary", "Origin");
  const origin = origins.find((one) => one === c.req.header("origin"));
  if (origin === undefined) return false;
  c.header("access-control-allow-origin", origin);
  c.header("access-control-allow-credentials", "true");
  if (c.req.method === "OPTIONS") {
    c.header("access-control-allow-methods", "GET, POST, PUT, DELETE");
    c.header("access-control-allow-headers", "content-type, accept, idempotency-key, x-request-id");
    c.header("access-control-max-age", "600");
  } else c.header("access-control-expose-headers", "retry-after, x-request-id");
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

function recordOf(c: Context<AppEnv>, requestId: string, startedAt: number): RequestRecord {
  const { code, userId } = c.var;
  return {
    requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...(code && { code }),
    ...(userId && { userId }),
  };
}
