import { type Policy, RateLimited, SessionsPending, Unavailable } from "@postern/domain";
import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { CallerOptions } from "./caller.ts";
import { allowListedOrigin } from "./cors.ts";
import { isCrossSiteWrite, SAFE_METHODS } from "./csrf.ts";
import { problem } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { publicPlace } from "./public-place.ts";
import { refusalPace } from "./refusal-pace.ts";
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
  /** The URL under which people reach the service, if it is known. */
  readonly publicUrl?: string | undefined;
  /**
   * Returns whether a request is served at all, by its `Host` header for example. Receives the
   * server's bindings too. Default: every request is.
   */
  readonly isAdmitted?: ((request: Request, bindings: unknown) => boolean) | undefined;
  /**
   * Origins whose pages may call us with cookies, exactly as browsers write them. Default: none.
   */
  readonly corsOrigins?: readonly string[];
  /** Request headers that they may send, beside the usual ones. In lower case. */
  readonly corsHeaders?: readonly string[];
  /** Called after each write and each error, but not after a refusal for want of capacity. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Called after successful reads: high volume, low value. */
  readonly onRead?: ((record: RequestRecord) => void) | undefined;
  /** Called with every error that a handler throws. The response does not reveal the cause. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
  /**
   * Called instead of `onRequest` when a budget or the hashing capacity is used up. In a storm
   * there are many of these, so they are counted and not logged one by one.
   */
  readonly onRefusal?: ((code: ProblemCode) => void) | undefined;
  /** Maximum number of refusals that are held back at once. Default: 5,000. */
  readonly maxHeldRefusals?: number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns the id that a request brings, if it is a UUID as we write them, or a new one. */
export const requestIdOf = (given: string | null | undefined): string =>
  given && UUID.test(given) ? given : crypto.randomUUID();

export type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;

/** Wraps the handler of a route. */
export type Guard = (route: string, handle: Handler) => Handler;

/**
 * Creates the guard: it refuses wrong hosts and cross-site writes, sets the security headers, turns
 * faults into responses, and reports each request.
 */
export function requestGuard(options: GuardOptions & CallerOptions): Guard {
  const { policy, publicUrl, isAdmitted, onRequest, onRead } = options;
  const { addressOf, maxHeldRefusals, onRefusal } = options;
  const hold = refusalPace({ ...(maxHeldRefusals && { maxHeld: maxHeldRefusals }) });
  const headers = securityHeaders(policy);
  const { origin, basePath } = publicPlace(publicUrl);
  const cors = { origins: options.corsOrigins ?? [], headers: options.corsHeaders ?? [] };
  const refusalOf = (c: Context<AppEnv>) => {
    const isListed = allowListedOrigin(c, cors);
    if (isAdmitted?.(c.req.raw, c.env) === false) return "misdirected_request";
    return !isListed && isCrossSiteWrite(c.req.raw, origin) ? "cross_site_request" : undefined;
  };
  return (route, handle) => async (c) => {
    const startedAt = performance.now();
    const given = c.req.header("x-request-id");
    const requestId = requestIdOf(given);
    c.set("requestId", requestId);
    c.set("basePath", basePath);
    c.set("headers", { ...headers, "x-request-id": requestId });
    let response: Response;
    try {
      const refusal = refusalOf(c);
      response = refusal ? problem(c, refusal) : await handle(c);
    } catch (error) {
      if (isRefusal(error)) {
        const code = error instanceof RateLimited ? "too_many_attempts" : "unavailable";
        onRefusal?.(code);
        await hold(addressOf?.(c.req.raw, c.env));
        return problem(c, code, retryAfter(error));
      }
      response = toErrorResponse(c, error, options);
    }
    const { status } = response;
    const report = SAFE_METHODS.has(c.req.method) && status < 400 ? onRead : onRequest;
    report?.(recordOf(c, { route, status, startedAt }));
    return response;
  };
}

/** A refusal for want of capacity, as opposed to a fault. */
const isRefusal = (error: unknown): error is RateLimited | Unavailable =>
  error instanceof RateLimited || (error instanceof Unavailable && error.isCapacity);

const retryAfter = ({ retryAfterSeconds }: { readonly retryAfterSeconds: number }) => ({
  headers: { "retry-after": String(retryAfterSeconds) },
});

function toErrorResponse(c: Context<AppEnv>, error: unknown, { onFault }: GuardOptions): Response {
  onFault?.(error, c.get("requestId"));
  if (!(error instanceof Unavailable)) return problem(c, "internal_error");
  const isMade = error instanceof SessionsPending;
  return problem(c, isMade ? "change_made_sessions_pending" : "unavailable", retryAfter(error));
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
