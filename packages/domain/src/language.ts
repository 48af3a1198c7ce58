import type { Brand } from "./brand.ts";

/**
 * A language such as `de` or `pt-BR`: language, script, region and variants of a BCP 47 tag in its
 * canonical form, without extensions and private use.
 */
export type Language = Brand<string, "Language">;

/** RFC 5646 section 4.4.1: room for language, script, region and a variant. */
const MAX_LENGTH = 35;

/** Parses a BCP 47 tag. Returns `undefined` if it is not one. */
export function parseLanguage(tag: string): Language | undefined {
  if (tag.length > MAX_LENGTH) return undefined;
  try {
    const { baseName } = new Intl.Locale(tag);
    return baseName.length > MAX_LENGTH ? undefined : (baseName as Language);
  } catch {
    return undefined; // a RangeError is how it says no
  }
}

/** Returns the part of a tag that names the language: `de` of `de-AT`. */
export const primaryLanguageOf = (tag: string): string => tag.toLowerCase().split("-", 1)[0] ?? "";

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

/** Returns the direction in which a language is written, for the attribute `dir` of HTML. */
export const directionOf = (tag: string): "ltr" | "rtl" =>
  RIGHT_TO_LEFT.has(primaryLanguageOf(tag)) ? "rtl" : "ltr";
