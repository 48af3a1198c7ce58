import { type Caller, DEVICE_TTL_MS, type Policy, type Ports } from "@postern/domain";
import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { CallerOptions } from "./caller.ts";
import { attributesOf, readCookie } from "./session-cookie.ts";

/**
 * The name of the cookie by which a browser is known. Only this host receives it, whatever
 * `COOKIE_DOMAIN` says.
 */
function deviceCookieName({ cookie }: Policy): string {
  // Two installations on one host have session cookies of two names.
  const own = cookie.name.replace(/^__(Host|Secure)-/i, "");
  const suffix = own === "session_id" ? "" : `_${own}`;
  return `${cookie.secure ? "__Host-" : ""}known_devices${suffix}`;
}

/** Returns who calls, as far as limits need to know. */
export const callerOf = (
  c: Context<AppEnv>,
  { policy }: Ports,
  { addressOf }: CallerOptions,
): Caller => ({
  network: addressOf?.(c.req.raw, c.env),
  knownDevices: readCookie(c.req.header("cookie"), deviceCookieName(policy)),
});

/** Sets the cookie by which this browser is known from now on. */
export function setDeviceCookie(
  c: Context<AppEnv>,
  { policy }: Ports,
  knownDevices: string | undefined,
): void {
  if (knownDevices === undefined) return;
  const attributes = attributesOf({ secure: policy.cookie.secure });
  const maxAge = Math.floor(DEVICE_TTL_MS / 1000);
  const name = deviceCookieName(policy);
  c.set("deviceCookie", `${name}=${knownDevices}; ${attributes}; Max-Age=${maxAge}`);
}
