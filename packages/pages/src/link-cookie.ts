import type { Policy } from "@postern/domain";
import { readCookie, cookieSuffixOf } from "@postern/http";
import type { Visit } from "./visit.ts";

type CookiePolicy = Pick<Policy["cookie"], "name" | "secure">;

/** What the link of a mail brings. */
export interface MailLink {
  readonly email: string;
  readonly token: string;
}

/**
 * The cookie that keeps the token of a mail's link while its page is open: a reload finds it again,
 * the address bar and the history do not show it, and scripts cannot read it. Only the page of that
 * link receives it.
 */
const nameOf = (cookie: CookiePolicy) =>
  `${cookie.secure ? "__Secure-" : ""}postern_link${cookieSuffixOf(cookie)}`;
const MAX_AGE_SECONDS = 900;

export function linkCookie(link: MailLink, path: string, cookie: CookiePolicy): string {
  const value = encodeURIComponent(new URLSearchParams({ ...link }).toString());
  return `${nameOf(cookie)}=${value}; ${attributes(path, cookie)}; Max-Age=${MAX_AGE_SECONDS}`;
}

export const endedLinkCookie = (path: string, cookie: CookiePolicy): string =>
  `${nameOf(cookie)}=; ${attributes(path, cookie)}; Max-Age=0`;

const attributes = (path: string, { secure }: CookiePolicy) =>
  `Path=${path}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;

export function readLink({ request, options }: Pick<Visit, "request" | "options">) {
  const { cookie } = options.policy;
  const value = readCookie(request.headers.get("cookie") ?? undefined, nameOf(cookie));
  return value === undefined ? undefined : parseLink(decoded(value));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return ""; // not ours
  }
}

/** What may be shown as an address. The link's author need not be us. */
const EMAIL = /^[^\s@]{1,190}@[^\s@]{1,63}$/;

/**
 * Finds the token in what somebody pasted: the whole link, what follows its `#`, or the token
 * alone.
 */
export function parseLink(pasted: string): MailLink | undefined {
  const text = pasted.trim();
  const fields = new URLSearchParams(text.slice(text.indexOf("#") + 1));
  const token = fields.get("token") ?? text;
  if (!/^[\w.-]{16,200}$/.test(token)) return undefined;
  const email = fields.get("email") ?? "";
  return { email: EMAIL.test(email) ? email : "", token };
}
