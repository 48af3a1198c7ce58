/** More of them are ignored: no one prefers twenty languages. */
const MOST_PREFERENCES = 20;

/**
 * Returns the tags of an `Accept-Language` header, the preferred one first (RFC 9110 section
 * 12.5.4). The wildcard and refused languages are left out.
 */
export function preferredLanguages(acceptLanguage: string | null | undefined): readonly string[] {
  return (acceptLanguage ?? "")
    .split(",", MOST_PREFERENCES)
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((text) => text.trim());
      const quality = parameters.find((text) => /^q=/i.test(text))?.slice(2);
      return { tag, weight: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, weight }) => weight > 0 && tag !== "" && tag !== "*")
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}
