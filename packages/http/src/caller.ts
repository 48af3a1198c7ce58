import type { Origin, Ports, StartedSession } from "@postern/domain";
import type { Context } from "hono";
import { setHeader } from "./answer.ts";
import type { AppEnv } from "./app-env.ts";
import { deviceOf } from "./device.ts";
import { endedSessionCookie, readSessionCookie, sessionCookie } from "./session-cookie.ts";

/** What may be asked of whoever calls, beside what the request says. */
export interface CallerOptions {
  /** The network a request comes from, in CIDR notation. What the server binds to it is asked too. */
  readonly networkOf?: (request: Request, bindings: unknown) => string | undefined;
}

/** The token in the request's session cookie. */
export const sessionToken = (c: Context<AppEnv>, { policy }: Ports): string | undefined =>
  readSessionCookie(c.req.header("cookie"), policy.cookie);

/** Where the request comes from, as it is kept with the session that it opens. */
export const originOf = (c: Context<AppEnv>, { networkOf }: CallerOptions): Origin => ({
  device: deviceOf(c.req.header("user-agent")),
  network: networkOf?.(c.req.raw, c.env),
});

/** Gives the caller the session, or makes the browser forget the one it had when there is none. */
export function setSession(
  c: Context<AppEnv>,
  { clock, policy }: Ports,
  started: StartedSession | undefined,
): void {
  const cookie = started
    ? sessionCookie(started, policy.cookie, clock.now())
    : endedSessionCookie(policy.cookie);
  setHeader(c, "set-cookie", cookie);
}
