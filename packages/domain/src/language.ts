import type { Brand } from "./brand.ts";

/** A language such as `de` or `pt-BR`: a BCP 47 tag in its canonical form. */
export type Language = Brand<string, "Language">;

/** RFC 5646 section 4.4.1: room for language, script, region and a variant. */
const MAX_LENGTH = 35;

/** Parses a BCP 47 tag. Returns `undefined` if it is not one. */
export function parseLanguage(tag: string): Language | undefined {
  if (tag.length > MAX_LENGTH) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0] as Language | undefined;
  } catch {
    return undefined; // a RangeError is how it says no
  }
}
