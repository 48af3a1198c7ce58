import type { Policy } from "@postern/domain";

/**
 * OWASP ASVS 5.0 section 3.4 and item 14.3.2. No response is meant to be a page or to be cached.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const TWO_YEARS_OF_HTTPS = "max-age=63072000; includeSubDomains";

/** The security headers under this policy, with HSTS (RFC 6797) if the cookie needs HTTPS. */
export const securityHeaders = ({ cookie }: Policy): Readonly<Record<string, string>> => ({
  ...SECURITY_HEADERS,
  ...(cookie.secure && { "strict-transport-security": TWO_YEARS_OF_HTTPS }),
});
