import type { PagesOptions } from "./options.ts";
import { REFERENCE_SCRIPT, REFERENCE_STYLE } from "./reference/assets.ts";
import { SCRIPT } from "./script.ts";
import { brandStyle, STYLE } from "./stylesheet.ts";

/** The files that pages load. There are no others. */
export const ASSETS = {
  style: "/pages.css",
  script: "/pages.js",
  referenceStyle: "/pages-reference.css",
  referenceScript: "/pages-reference.js",
  logo: "/pages-logo",
} as const;

const CSS = "text/css; charset=utf-8";
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** Long enough for a visit, short enough for a new version. */
const CACHE = "public, max-age=600";

/** Returns the answer for a file. `undefined`: the path is none. */
export function assetResponses({ brand }: PagesOptions): (path: string) => Response | undefined {
  const files = new Map<string, { type: string; content: BodyInit }>([
    [ASSETS.style, { type: CSS, content: STYLE + brandStyle(brand) }],
    [ASSETS.script, { type: JAVASCRIPT, content: SCRIPT }],
    [ASSETS.referenceStyle, { type: CSS, content: REFERENCE_STYLE }],
    [ASSETS.referenceScript, { type: JAVASCRIPT, content: REFERENCE_SCRIPT }],
  ]);
  if (brand?.logo) files.set(ASSETS.logo, { type: brand.logo.type, content: brand.logo.bytes });
  return (path) => {
    const file = files.get(path);
    if (!file) return undefined;
    const headers = {
      "content-type": file.type,
      "cache-control": CACHE,
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    };
    return new Response(file.content, { headers });
  };
}
