import { type CheckedSession, checkSession, type Ports, Unavailable } from "@postern/domain";
import type { MiddlewareHandler } from "hono";
import { PROBLEMS } from "./problem-codes.ts";
import { isCrossSiteWrite } from "./csrf.ts";
import { publicPlace } from "./public-place.ts";
import { readCookie } from "./session-cookie.ts";

/** What the handlers behind `requireSession` find in their context. */
export interface SessionVariables {
  Variables: { session: CheckedSession };
}

/**
 * Creates a middleware that lets a request through only with a live session, which handlers read by
 * `c.get("session")`. Without one the answer is 403, as at `/profile`. While sessions cannot be
 * checked it is 503, and never a refusal. A write that another site's page begins is refused, as in
 * the app itself.
 *
 * @example
 * app.use("/notes/*", requireSession(ports));
 */
export function requireSession(
  ports: Pick<Ports, "policy" | "sessions" | "tokenFactory">,
  { publicUrl }: { readonly publicUrl?: string } = {},
): MiddlewareHandler<SessionVariables> {
  const { name } = ports.policy.cookie;
  const { origin } = publicPlace(publicUrl);
  return async (c, next) => {
    if (isCrossSiteWrite(c.req.raw, origin)) {
      const { status, message } = PROBLEMS.cross_site_request;
      return c.json({ message }, status as 403, NO_STORE);
    }
    const token = readCookie(c.req.header("cookie"), name);
    try {
      const session = await checkSession(ports, token);
      const { status, message } = PROBLEMS.session_missing;
      if (!session) return c.json({ message }, status as 403, NO_STORE);
      c.set("session", session);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { status, message } = PROBLEMS.unavailable;
      const retryAfter = { "retry-after": String(error.retryAfterSeconds) };
      return c.json({ message }, status as 503, { ...NO_STORE, ...retryAfter });
    }
    return await next();
  };
}

const NO_STORE = { "cache-control": "no-store" };
