import { UNKNOWN_DEVICE } from "@postern/domain";
import Bowser from "bowser";

/** A user agent can contain any text. Only names from a list are taken from it. */
const NAMES = new Set<string>([
  ...Object.values(Bowser.BROWSER_MAP),
  ...Object.values(Bowser.OS_MAP),
]);
const MAX_LENGTH = 512;

/** Returns the device of a `User-Agent` in words: "Firefox on Windows". */
export function deviceOf(userAgent: string | undefined): string {
  if (!userAgent) return UNKNOWN_DEVICE;
  const { browser, os } = Bowser.parse(userAgent.slice(0, MAX_LENGTH));
  const known = [browser.name, os.name].filter((name) => name !== undefined && NAMES.has(name));
  return known.length > 0 ? known.join(" on ") : UNKNOWN_DEVICE;
}
