/** Characters beyond ASCII. */
// oxlint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\x00-\x7f]/;
/** What a host name may hold of ASCII; anything else could end it, and the rest would be dropped. */
// oxlint-disable-next-line no-control-regex
const NOT_OF_A_HOST = /[\x00-,/:-@[-`{-\x7f]/;
/** Longer is no address, and normalising is slow. */
const MAX_LENGTH = 254;
/** Soft hyphens, zero-width spaces and their kin: they vanish, and leave another's domain. */
const VANISHING = /\p{Default_Ignorable_Code_Point}/u;

/**
 * The address with an international domain as its A-label (RFC 5890), which is all that the domain
 * package takes; any other address as it is. Look-alikes that Unicode folds into other letters (the
 * Kelvin sign, full-width letters) stay as they are too, and are refused there: folded, they would
 * reach another's account.
 */
export function toAsciiDomain(email: string): string {
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1);
  if (at === -1 || email.length > MAX_LENGTH || !BEYOND_ASCII.test(domain)) return email;
  if (NOT_OF_A_HOST.test(domain) || VANISHING.test(domain)) return email;
  if (domain.normalize("NFKC") !== domain || foldsFurther(domain)) return email;
  const hostname = URL.parse(`http://${domain}`)?.hostname ?? "";
  return isSameName(domain, hostname) ? `${email.slice(0, at)}@${hostname}` : email;
}

/**
 * Letters that fold into others though NFKC leaves them be: a Cyrillic variant into the common letter,
 * an iota subscript into an iota. ß stays what it is in a host name (UTS 46, nontransitional).
 */
function foldsFurther(domain: string): boolean {
  const plain = domain.toLowerCase().replaceAll("ß", "");
  return plain.toUpperCase().toLowerCase() !== plain;
}

/** Did every label stay what it was, or become its own A-label? */
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
