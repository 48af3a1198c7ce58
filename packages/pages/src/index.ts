export { createPages } from "./create-pages.ts";
export { isLanguage, type PageLanguage, LANGUAGES } from "./languages.ts";
export type { Brand, Mailbox, PageRecord, PagesOptions, ShownMail } from "./options.ts";
export type { Texts } from "./texts/en.ts";
