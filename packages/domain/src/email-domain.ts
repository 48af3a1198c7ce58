/**
 * The WHATWG URL parser, which encodes domains by UTS 46. It is the one global that the domain
 * package uses; every runtime has it (WinterTC Minimum Common Web API).
 */
declare const URL: { parse(url: string): { readonly hostname: string } | null };

/** Characters beyond ASCII. */
// oxlint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\x00-\x7f]/;
/** ASCII that no host name holds. The URL parser could end the host there and drop the rest. */
// oxlint-disable-next-line no-control-regex
const NOT_OF_A_HOST = /[\x00-,/:-@[-`{-\x7f]/;
/** Longer text is not an address, and normalising it would be slow. */
const MAX_LENGTH = 254;
/** Soft hyphens, zero-width spaces and the like: UTS 46 drops them, which leaves another domain. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * Returns the address with an international domain as its A-label (RFC 5890), and any other address
 * unchanged. Look-alikes that Unicode folds into other letters (the Kelvin sign, full-width
 * letters) are unchanged too, so that `parseEmail` refuses them: folded, they would reach another
 * account.
 */
export function toAsciiDomain(email: string): string {
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1);
  if (at === -1 || email.length > MAX_LENGTH || !BEYOND_ASCII.test(domain)) return email;
  if (NOT_OF_A_HOST.test(domain) || IGNORABLE.test(domain)) return email;
  if (domain.normalize("NFKC") !== domain || foldsFurther(domain)) return email;
  const hostname = URL.parse(`http://${domain}`)?.hostname ?? "";
  return isSameName(domain, hostname) ? `${email.slice(0, at)}@${hostname}` : email;
}

/**
 * Finds letters that fold into others although NFKC keeps them: a Cyrillic variant into the common
 * letter, an iota subscript into an iota. ß remains ß in a host name (UTS 46, nontransitional).
 */
function foldsFurther(domain: string): boolean {
  const plain = domain.toLowerCase().replaceAll("ß", "");
  return plain.toUpperCase().toLowerCase() !== plain;
}

/** Returns whether every label is unchanged or was replaced by its own A-label. */
function isSameName(domain: string, hostname: string): boolean {
  const [given, made] = [domain.split("."), hostname.split(".")];
  return (
    given.length === made.length &&
    given.every((label, index) =>
      BEYOND_ASCII.test(label)
        ? made[index]?.startsWith("xn--")
        : made[index] === label.toLowerCase(),
    )
  );
}
