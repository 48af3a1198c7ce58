import { readCookie } from "@postern/http";
import type { Visit } from "./visit.ts";

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
const nameOf = (isSecure: boolean) => `${isSecure ? "__Secure-" : ""}postern_link`;
const MAX_AGE_SECONDS = 900;

export function linkCookie(link: MailLink, path: string, isSecure: boolean): string {
  const value = encodeURIComponent(new URLSearchParams({ ...link }).toString());
  return `${nameOf(isSecure)}=${value}; ${attributes(path, isSecure)}; Max-Age=${MAX_AGE_SECONDS}`;
}

export const endedLinkCookie = (path: string, isSecure: boolean): string =>
  `${nameOf(isSecure)}=; ${attributes(path, isSecure)}; Max-Age=0`;

const attributes = (path: string, isSecure: boolean) =>
  `Path=${path}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;

export function readLink({ request, isSecure }: Pick<Visit, "request" | "isSecure">) {
  const value = readCookie(request.headers.get("cookie") ?? undefined, nameOf(isSecure));
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
