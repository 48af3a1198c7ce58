import { primaryLanguageOf } from "@postern/domain";
import { preferredLanguages } from "@postern/http";
import { ar } from "./texts/ar.ts";
import { de } from "./texts/de.ts";
import { en, type Texts } from "./texts/en.ts";
import { es } from "./texts/es.ts";
import { fr } from "./texts/fr.ts";

/** The languages of the pages, by their BCP 47 tag. */
export const LANGUAGES = { en, de, fr, es, ar } as const satisfies Record<string, Texts>;

export type PageLanguage = keyof typeof LANGUAGES;

export const isLanguage = (tag: string | undefined): tag is PageLanguage =>
  tag !== undefined && Object.hasOwn(LANGUAGES, tag);

/**
 * Returns the language that the caller chose, else the first of `Accept-Language` that there is
 * (of a tag such as `de-AT` its first part counts), else English.
 */
export function languageOf(
  chosen: string | undefined,
  acceptLanguage: string | null,
): PageLanguage {
  if (isLanguage(chosen)) return chosen;
  return preferredLanguages(acceptLanguage).map(primaryLanguageOf).find(isLanguage) ?? "en";
}

/** Puts values into a text: `{email}`. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(Object.hasOwn(values, name) ? values[name] : whole),
  );
