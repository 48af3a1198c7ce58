import ipaddr from "ipaddr.js";

/** Returns an address in its usual notation, with IPv4 for IPv4-mapped IPv6, and without a zone. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const [address = ""] = text.split("%");
  if (/^\d+(\.\d+){3}$/.test(address) && ipaddr.IPv4.isValidFourPartDecimal(address))
    return ipaddr.IPv4.parse(address);
  // By way of a URL, because ipaddr.js would take `::192.0.2.1` for IPv4.
  const canonical = address.includes(":") ? URL.parse(`http://[${address}]`)?.hostname : undefined;
  return canonical === undefined ? undefined : ipaddr.process(canonical.slice(1, -1));
}

/** Returns the network to record with a session, in CIDR notation: /24 for IPv4, /64 for IPv6. */
export function networkOfAddress(text: string): string | undefined {
  const address = parse(text);
  if (!address) return undefined;
  const bits = address.kind() === "ipv4" ? 24 : 64;
  const kind = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${kind.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()}/${bits}`;
}

/**
 * Returns what limits count as one caller: an IPv4 address, or the IPv6 /64 that one customer has.
 * A caller without an address counts as one network, as on a Unix socket.
 */
export function countedAddress(text: string): string {
  const address = parse(text);
  return address?.kind() === "ipv4" ? address.toString() : (networkOfAddress(text) ?? "unknown");
}
