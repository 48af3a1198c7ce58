import { type Caller, DEVICE_TTL_MS, type Policy, type Ports } from "@postern/domain";
import type { Context } from "hono";
import { acceptedLanguage } from "./accept.ts";
import type { AppEnv } from "./app-env.ts";
import type { CallerOptions } from "./caller.ts";
import { attributesOf, readCookie } from "./session-cookie.ts";

/**
 * The name of the cookie by which a browser is known. Only this host receives it, whatever
 * `COOKIE_DOMAIN` says.
 */
const deviceCookieName = ({ cookie }: Policy): string =>
  `${cookie.secure ? "__Host-" : ""}known_devices${cookieSuffixOf(cookie)}`;

/**
 * What the names of other cookies end with: two installations on one host have session cookies of
 * two names.
 */
export function cookieSuffixOf({ name }: Policy["cookie"]): string {
  const own = name.replace(/^__(Host|Secure)-/i, "");
  return own === "session_id" ? "" : `_${own}`;
}

/** Returns what is known of the caller. */
export const callerOf = (
  c: Context<AppEnv>,
  { policy }: Ports,
  { addressOf }: CallerOptions,
): Caller => ({
  network: addressOf?.(c.req.raw, c.env),
  knownDevices: readCookie(c.req.header("cookie"), deviceCookieName(policy)),
  language: acceptedLanguage(c.req.header("accept-language")),
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
