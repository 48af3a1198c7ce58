import { type Language, parseLanguage } from "@postern/domain";

/** More of them are ignored: no one prefers twenty languages. */
const MAX_ITEMS = 20;

/**
 * Returns the items of a header such as `Accept` or `Accept-Language` with their weights, the
 * preferred one first (RFC 9110 section 12.4.2). Refused items (`q=0`) are left out.
 */
export function acceptedItems(
  header: string | null | undefined,
): readonly { readonly item: string; readonly weight: number }[] {
  return (header ?? "")
    .split(",", MAX_ITEMS)
    .map((part) => {
      const [item = "", ...parameters] = part.split(";").map((text) => text.trim());
      const quality = parameters.find((text) => /^q=/i.test(text))?.slice(2);
      return { item, weight: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ item, weight }) => item !== "" && weight > 0 && weight <= 1)
    .toSorted((one, other) => other.weight - one.weight);
}

/**
 * Returns the tags of an `Accept-Language` header, the preferred one first (RFC 9110 section
 * 12.5.4), without the wildcard.
 */
export const preferredLanguages = (header: string | null | undefined): readonly string[] =>
  acceptedItems(header)
    .map(({ item }) => item)
    .filter((tag) => tag !== "*");

/** Returns the first language of an `Accept-Language` header that is one. */
export function acceptedLanguage(header: string | undefined): Language | undefined {
  for (const tag of preferredLanguages(header)) {
    const language = parseLanguage(tag);
    if (language) return language;
  }
  return undefined;
}
