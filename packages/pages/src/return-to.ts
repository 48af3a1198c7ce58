/**
 * Returns where `return_to` leads: to a path of ours, or to an origin from the list. `undefined`:
 * anywhere else, as an open redirect would (OWASP Unvalidated Redirects and Forwards Cheat Sheet).
 */
export function safeReturn(
  given: string | null | undefined,
  origin: string,
  allowed: readonly string[],
): string | undefined {
  if (!given) return undefined;
  const url = URL.parse(given, origin);
  if (!url || url.username || url.password) return undefined;
  if (url.origin === origin) {
    const path = url.pathname + url.search + url.hash;
    // A path of our own may begin with two slashes, which name another host in a redirect.
    return /^\/(?![/\\])/.test(path) ? path : undefined;
  }
  return allowed.includes(url.origin) ? url.href : undefined;
}
