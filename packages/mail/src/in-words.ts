import { UNKNOWN_DEVICE } from "@postern/domain";

/** Returns a time in words, in UTC: `1 January 2026 at 12:00`. */
export const timeInWords = (at: Date, language: string): string =>
  new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(at);

/**
 * Returns a device in the words of a language: `Firefox unter Linux`, or `unknown` if nothing is
 * known of it.
 */
export const deviceInWords = (device: string, on: string, unknown: string): string =>
  device === UNKNOWN_DEVICE ? unknown : device.replace(" on ", ` ${on} `);
