/** Returns a time in words, in UTC: `1 January 2026 at 12:00`. */
export const inWords = (at: Date, language: string): string =>
  new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(at);
