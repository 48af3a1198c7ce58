import { type Policy, Unavailable } from "@postern/domain";
import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import { allowListedOrigin } from "./cors.ts";
import { isCrossSiteWrite, SAFE_METHODS } from "./csrf.ts";
import { problem } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { securityHeaders } from "./security-headers.ts";

/**
 * One request and its response, safe to log. Its only value from the caller, beside the method, is
 * an `x-request-id` that is a UUID.
 */
export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern. The path itself can contain anything, even a token. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly code?: ProblemCode;
  readonly userId?: string;
}

export interface GuardOptions {
  readonly policy: Policy;
  /** The origin under which people reach the service, if it is known. */
  readonly publicOrigin?: string | undefined;
  /**
   * Returns whether a `Host` header names this server. Set it on loopback, to prevent DNS
   * rebinding. Default: every host is accepted.
   */
  readonly isOwnHost?: ((host: string) => boolean) | undefined;
  /**
   * Origins whose pages may call us with cookies, exactly as browsers write them. Default: none.
   */
  readonly corsOrigins?: readonly string[];
  /** Called after each write and each refusal. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Called after successful reads: high volume, low value. */
  readonly onRead?: ((record: RequestRecord) => void) | undefined;
  /** Called with every error that a handler throws. The response does not reveal the cause. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;

/** Wraps the handler of a route. */
export type Guard = (route: string, handle: Handler) => Handler;

/**
 * Creates the guard: it refuses wrong hosts and cross-site writes, sets the security headers, turns
 * faults into responses, and reports each request.
 */
export function requestGuard(options: GuardOptions): Guard {
  const { policy, publicOrigin, isOwnHost, corsOrigins = [], onRequest, onRead } = options;
  const headers = securityHeaders(policy);
  const refusalOf = (c: Context<AppEnv>) => {
    const isListed = allowListedOrigin(c, corsOrigins);
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
    c.set("headers", { ...headers, "x-request-id": requestId });
    let response: Response;
    try {
      const refusal = refusalOf(c);
      response = refusal ? problem(c, refusal) : await handle(c);
    } catch (error) {
      response = toErrorResponse(c, error, options);
    }
    const { status } = response;
    const report = SAFE_METHODS.has(c.req.method) && status < 400 ? onRead : onRequest;
    report?.(recordOf(c, { route, status, startedAt }));
    return response;
  };
}

function toErrorResponse(c: Context<AppEnv>, error: unknown, { onFault }: GuardOptions): Response {
  onFault?.(error, c.get("requestId"));
  if (!(error instanceof Unavailable)) return problem(c, "internal_error");
  return problem(c, "unavailable", { headers: { "retry-after": String(error.retryAfterSeconds) } });
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
