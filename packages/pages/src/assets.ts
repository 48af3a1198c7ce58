import type { PagesOptions } from "./options.ts";
import { SCRIPT } from "./script.ts";
import { brandStyle, STYLE } from "./stylesheet.ts";

/** The files that pages load. There are no others. */
export const ASSETS = {
  style: "/pages.css",
  script: "/pages.js",
  logo: "/pages-logo",
} as const;

/** Long enough for a visit, short enough for a new version. */
const CACHE = "public, max-age=600";

/** Returns the answer for a file. `undefined`: the path is none. */
export function assetResponses({ brand }: PagesOptions): (path: string) => Response | undefined {
  const files = new Map<string, { type: string; content: BodyInit }>([
    [ASSETS.style, { type: "text/css; charset=utf-8", content: STYLE + brandStyle(brand) }],
    [ASSETS.script, { type: "text/javascript; charset=utf-8", content: SCRIPT }],
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
