import { isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { countedAddress, networkOfAddress } from "@postern/http";
import ipaddr from "ipaddr.js";

type OfRequest = (request: Request, bindings: unknown) => string | undefined;

interface ClientNetwork {
  /** The network to record with a session, in CIDR notation: /24 for IPv4, /64 for IPv6. */
  readonly networkOf: OfRequest;
  /** What limits count: an IPv4 address, or the IPv6 /64 that one customer has. */
  readonly addressOf: OfRequest;
}

/**
 * Finds out where requests come from. `X-Forwarded-For` counts only as far as trusted proxies wrote
 * it: it is read from the right, and the first address that is not a trusted proxy's is the
 * caller's.
 */
export function clientNetwork(trusted: readonly string[]): ClientNetwork {
  const proxies = trusted.map(toNetwork);
  const isTrusted = (address: string) => {
    const parsed = ipaddr.parse(address);
    return proxies.some(
      ([network, bits]) =>
        network.kind() === parsed.kind() && (parsed as ipaddr.IPv6).match(network, bits),
    );
  };
  const callerOf = (request: Request, bindings: unknown) => {
    const socket = (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket;
    const forwarded = request.headers.get("x-forwarded-for")?.split(",") ?? [];
    let address = plain(socket?.remoteAddress ?? "");
    while (isIP(address) !== 0 && isTrusted(address)) {
      const before = forwarded.pop();
      if (before === undefined) break;
      address = plain(before);
    }
    return address;
  };
  return {
    networkOf: (request, bindings) => networkOfAddress(callerOf(request, bindings)),
    addressOf: (request, bindings) => countedAddress(callerOf(request, bindings)),
  };
}

/** Converts a network of IPv4-mapped addresses to IPv4, as those of callers are. */
function toNetwork(text: string): [ipaddr.IPv6, number] {
  const [address, bits] = ipaddr.parseCIDR(text);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  if (!isMapped || bits < 96) return [address as ipaddr.IPv6, bits];
  return [address.toIPv4Address() as unknown as ipaddr.IPv6, bits - 96];
}

/**
 * Removes the brackets and port that some proxies write, and the zone of a local address. Converts
 * IPv4-mapped IPv6 to IPv4.
 */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/^(\d[\d.]*):\d+$/, "$1")
    .replace(/%.*$/, "");
  return isIP(address) === 6 ? ipaddr.process(canonical(address)).toString() : address;
}

/** Writes IPv4 within IPv6 in groups. ipaddr.js would take `::192.0.2.1` for IPv4. */
const canonical = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);
