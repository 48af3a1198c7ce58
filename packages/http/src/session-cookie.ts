import type { Policy, StartedSession } from "@postern/domain";

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
    if (equals === -1 || stripped(pair.slice(0, equals)) !== name) continue;
    if (found !== undefined) return undefined;
    found = stripped(pair.slice(equals + 1));
  }
  return found;
}

/**
 * Without the white space that RFC 6265 knows. `trim` takes more off: a no-break space in front of
 * `__Host-` would vanish here, though to browsers it is another name, which anybody may set.
 */
const stripped = (text: string) => text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");

/**
 * `Set-Cookie` for a new session. Lax: sent when a link leads here, not with a form from elsewhere. A
 * browser forgets it when it ends, unless the session is remembered.
 */
export function sessionCookie(
  { token, session }: StartedSession,
  policy: CookiePolicy,
  now: Date,
): string {
  const left = Math.floor((session.absoluteExpiresAt.getTime() - now.getTime()) / 1000);
  const maxAge = session.remembered ? `; Max-Age=${Math.max(left, 0)}` : "";
  return `${policy.name}=${token}; ${attributes(policy)}${maxAge}`;
}

/** `Set-Cookie` that makes the browser forget it. */
export const endedSessionCookie = (policy: CookiePolicy): string =>
  `${policy.name}=; ${attributes(policy)}; Max-Age=0`;

const attributes = ({ secure, domain }: CookiePolicy) =>
  `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}${domain ? `; Domain=${domain}` : ""}`;
