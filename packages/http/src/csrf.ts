export const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Returns whether another site makes a browser write here, in the name of the browser's user.
 * Browsers say so in `Sec-Fetch-Site`, and older ones in `Origin`. A client that sends neither is
 * not a browser, and has no cookies but its own (OWASP CSRF Prevention Cheat Sheet).
 *
 * @example
 * if (isCrossSiteWrite(request, "https://login.example.com")) return problem(c, "cross_site_request");
 */
export function isCrossSiteWrite(
  { method, headers, url }: Request,
  publicOrigin: string | undefined,
): boolean {
  if (SAFE_METHODS.has(method)) return false;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = headers.get("origin");
  if (origin === null || origin === publicOrigin) return false;
  return URL.parse(origin)?.host !== (headers.get("host") ?? new URL(url).host);
}
