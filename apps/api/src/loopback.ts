import { isIP, isIPv4 } from "node:net";

/** Returns whether this name means this machine, without asking DNS. */
export const isLoopback = (name: string): boolean =>
  name === "localhost" ||
  name.endsWith(".localhost") ||
  name === "::1" ||
  (name.startsWith("127.") && isIPv4(name));

/** Returns the name or address in a `Host` header, or `undefined` if it has none. */
export const hostnameOf = (host: string): string | undefined =>
  URL.parse(`http://${host}`)?.hostname.replace(/^\[(.*)\]$/, "$1");

/**
 * Returns whether the `Host` header cannot come from a page that has rebound its name to this
 * machine (DNS rebinding). Such a page sends its own name. It cannot send an IP address, a name
 * that browsers never look up, or the name in our `PUBLIC_URL`. Browsers always send a `Host`.
 */
export function isUnforgeableHost(host: string, publicUrl: string | undefined): boolean {
  if (host === "") return true;
  const name = hostnameOf(host);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || isLoopback(name)) return true;
  return publicUrl !== undefined && name === new URL(publicUrl).hostname;
}

/** Returns whether people reach the service only from this machine, by its configuration. */
export const isForThisMachine = (publicUrl: string | undefined): boolean =>
  publicUrl === undefined || isLoopback(hostnameOf(new URL(publicUrl).host) ?? "");
