import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import { setHeader } from "./respond.ts";

/** What clients send, and what tracing adds (W3C Trace Context, W3C Baggage). */
const USUAL_HEADERS = [
  "content-type",
  "accept",
  "idempotency-key",
  "x-request-id",
  "traceparent",
  "tracestate",
  "baggage",
];

interface CorsOptions {
  /** Exactly as browsers write them. */
  readonly origins: readonly string[];
  /** Request headers that their pages may send, beside the usual ones. */
  readonly headers: readonly string[];
}

/**
 * Lets a page of a listed origin read the response (Fetch Standard, "CORS protocol"), and
 * returns whether the caller's origin is listed. Compares the complete origin and never echoes the
 * request's header, so `null` and look-alike origins get no access.
 *
 * @example
 * const isListed = allowListedOrigin(c, { origins: ["https://app.example.com"], headers: [] });
 */
export function allowListedOrigin(c: Context<AppEnv>, { origins, headers }: CorsOptions): boolean {
  if (origins.length === 0) return false;
  setHeader(c, "vary", "Origin");
  const origin = origins.find((one) => one === c.req.header("origin"));
  if (origin === undefined) return false;
  setHeader(c, "access-control-allow-origin", origin);
  setHeader(c, "access-control-allow-credentials", "true");
  if (c.req.method === "OPTIONS") {
    setHeader(c, "access-control-allow-methods", "GET, POST, PUT, DELETE");
    setHeader(c, "access-control-allow-headers", [...USUAL_HEADERS, ...headers].join(", "));
    setHeader(c, "access-control-max-age", "600");
  } else setHeader(c, "access-control-expose-headers", "retry-after, x-request-id");
  return true;
}
