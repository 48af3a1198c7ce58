/**
 * Reads also what libpq takes: several hosts, or none, if the parameter `host` names the folder of
 * a socket. Returns the URL of the first host.
 */
export function parseUrl(text: string): URL | null {
  const [, start = "", hosts = "", rest = ""] =
    /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(text) ?? [];
  const urls = (hosts || "_").split(",").map((host) => URL.parse(start + host + rest));
  return urls.includes(null) ? null : (urls[0] ?? null);
}

/** Returns whether a user and a password in a URL can be decoded. A `%` must be written `%25`. */
export function isDecodable(url: string): boolean {
  try {
    const { username = "", password = "" } = parseUrl(url) ?? {};
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

export const UNDECODABLE = "has a % that begins no encoded character; write %25";
