import type { Brand } from "./brand.ts";

/** The canonical form of an e-mail address: what is compared, indexed and unique. */
export type EmailKey = Brand<string, "EmailKey">;

/** RFC 5321 section 4.5.3.1.3, less the angle brackets of a path. */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

/**
 * A dot-atom (RFC 5322 section 3.2.3), without `%` and `!`: old relays read those as a route to
 * another host. No quoted strings, so no character of an address ever means anything to a parser.
 */
const LOCAL = /^[a-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[a-z0-9#$&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DIGITS = /^[0-9]+$/;
/** Checked before lower-casing: the Kelvin sign lower-cases to a plain `k`. */
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The canonical form of an address, or `undefined` when it is none. Idempotent. ASCII only: an
 * international domain must arrive as its A-label (RFC 5890). A `+tag` is kept: whether two local
 * parts reach one mailbox is known to their host alone.
 */
export function toEmailKey(email: string): EmailKey | undefined {
  if (email.length > MAX_LENGTH || !ASCII.test(email)) return undefined;
  const [local, domain, ...rest] = email.toLowerCase().split("@");
  if (local === undefined || domain === undefined || rest.length > 0) return undefined;
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local)) return undefined;
  return isHostName(domain) ? (`${local}@${domain}` as EmailKey) : undefined;
}

/** Two labels or more, the last one not a number: neither `localhost` nor `127.0.0.1`. */
function isHostName(domain: string): boolean {
  if (domain.length > MAX_DOMAIN_LENGTH) return false;
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !DIGITS.test(last);
}
