import type { Policy, Token } from "@postern/domain";

type CookiePolicy = Policy["cookie"];

/**
 * The value of the session cookie, or `undefined` when there is none, or more than one: a second one
 * was planted by somebody who may set cookies for this host, and nothing tells which it is.
 */
export function readSessionCookie(
  header: string | undefined,
  { name }: CookiePolicy,
): string | undefined {
  let found: string | undefined;
  for (const pair of header?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
    if (found !== undefined) return undefined;
    found = pair.slice(equals + 1).trim();
  }
  return found;
}

/** `Set-Cookie` for a new session. Lax: sent when a link leads here, not with a form from elsewhere. */
export const sessionCookie = (token: Token, policy: CookiePolicy): string =>
  `${policy.name}=${token}; ${attributes(policy)}`;

/** `Set-Cookie` that makes the browser forget it. */
export const endedSessionCookie = (policy: CookiePolicy): string =>
  `${policy.name}=; ${attributes(policy)}; Max-Age=0`;

const attributes = ({ secure }: CookiePolicy) =>
  `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
