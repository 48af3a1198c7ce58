import type { ClientInfo, Ports, StartedSession } from "@postern/domain";
import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import { deviceOf } from "./device.ts";
import { setHeader } from "./respond.ts";
import { endedSessionCookie, readCookie, sessionCookie } from "./session-cookie.ts";

/** What the server knows about a caller beside the request itself. */
export interface CallerOptions {
  /** Returns the network of a request, in CIDR notation. Receives the server's bindings too. */
  readonly networkOf?: (request: Request, bindings: unknown) => string | undefined;
  /**
   * Returns what limits count as one caller: an IPv4 address, or an IPv6 /64. Default: no limit
   * by network applies.
   */
  readonly addressOf?: (request: Request, bindings: unknown) => string | undefined;
}

/** Returns the token in the request's session cookie. */
export const sessionToken = (c: Context<AppEnv>, { policy }: Ports): string | undefined =>
  readCookie(c.req.header("cookie"), policy.cookie.name);

/** Returns the device and network of the caller, as recorded with a session. */
export const clientInfoOf = (c: Context<AppEnv>, { networkOf }: CallerOptions): ClientInfo => ({
  device: deviceOf(c.req.header("user-agent")),
  network: networkOf?.(c.req.raw, c.env),
});

export function setSessionCookie(
  c: Context<AppEnv>,
  { clock, policy }: Ports,
  started: StartedSession,
): void {
  setHeader(c, "set-cookie", sessionCookie(started, policy.cookie, clock.now()));
}

export function clearSessionCookie(c: Context<AppEnv>, { policy }: Ports): void {
  setHeader(c, "set-cookie", endedSessionCookie(policy.cookie));
}

/** Sets the cookie of the session that replaces the caller's, or clears it if there is none. */
export function renewSessionCookie(
  c: Context<AppEnv>,
  ports: Ports,
  renewed: StartedSession | undefined,
): void {
  if (renewed) setSessionCookie(c, ports, renewed);
  else clearSessionCookie(c, ports);
}
