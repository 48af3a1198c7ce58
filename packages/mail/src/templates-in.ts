import { primaryLanguageOf } from "@postern/domain";
import type { EmailTemplates } from "./email-templates.ts";
import { ar } from "./templates/ar.ts";
import { de } from "./templates/de.ts";
import { en } from "./templates/en.ts";
import { es } from "./templates/es.ts";
import { fr } from "./templates/fr.ts";

const TEMPLATES: ReadonlyMap<string, EmailTemplates> = new Map(
  Object.entries({ ar, de, en, es, fr }),
);

/** The languages in which there are mails (BCP 47). */
export const MAIL_LANGUAGES: readonly string[] = [...TEMPLATES.keys()];

/**
 * Returns the mails in a language (BCP 47). Of a tag such as `de-AT` its first part counts. Where
 * there are none in that language, they are in English.
 */
export const templatesIn = (language: string | undefined): EmailTemplates =>
  TEMPLATES.get(primaryLanguageOf(language ?? "")) ?? en;
