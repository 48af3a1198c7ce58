import type { Brand } from "./brand.ts";
import { toAsciiDomain } from "./email-domain.ts";

/** The canonical form of an e-mail address: compared, indexed and unique. */
export type EmailKey = Brand<string, "EmailKey">;

/** An e-mail address that has been parsed. */
export interface Email {
  /** As given, with an international domain as its A-label (RFC 5890). Mail is sent here. */
  readonly address: string;
  readonly key: EmailKey;
}

/** RFC 5321 section 4.5.3.1.3, less the angle brackets of a path. */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

/**
 * A dot-atom (RFC 5322 section 3.2.3), without `%` and `!`: old relays read those as a route to
 * another host. Quoted strings are refused, so no character of an address is special to a parser.
 */
const LOCAL = /^[a-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[a-z0-9#$&'*+/=?^_`{|}~-]+)*$/;
/**
 * The start of a MIME encoded word (RFC 2047), such as `=?utf-8?q?bob=40example.com?=`. A relay may
 * decode it in a header, and then the mail goes to another address.
 */
const ENCODED_WORD = "=?";
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DIGITS = /^[0-9]+$/;
/** Tested before lower-casing: the Kelvin sign becomes a plain `k` in lower case. */
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/** `trim` removes these too, but they are no part of a copied address. */
const LINE_BREAK = /[\n\v\f\r\u2028\u2029]/;

/**
 * Parses an address, or returns `undefined` if it is not one. Every entry point uses this function.
 * Spaces around the address are removed, because copying often adds them. It is idempotent. A
 * `+tag` is kept: only the host knows whether two local parts are one mailbox.
 */
export function parseEmail(text: string): Email | undefined {
  const address = toAsciiDomain(LINE_BREAK.test(text) ? text : text.trim());
  if (address.length > MAX_LENGTH || !ASCII.test(address)) return undefined;
  const [local, domain, ...rest] = address.toLowerCase().split("@");
  if (local === undefined || domain === undefined || rest.length > 0) return undefined;
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local) || local.includes(ENCODED_WORD))
    return undefined;
  return isHostName(domain) ? { address, key: `${local}@${domain}` as EmailKey } : undefined;
}

/** Two labels or more, and the last is not a number: neither `localhost` nor `127.0.0.1`. */
function isHostName(domain: string): boolean {
  if (domain.length > MAX_DOMAIN_LENGTH) return false;
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !DIGITS.test(last);
}
