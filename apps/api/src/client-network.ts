import { isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
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
  const proxies = trusted.map((network) => ipaddr.parseCIDR(network));
  const isTrusted = (address: string) => {
    const parsed = ipaddr.process(address);
    return proxies.some(([network, bits]) => {
      const isSameKind = network.kind() === parsed.kind();
      return isSameKind && (parsed as ipaddr.IPv6).match(network, bits);
    });
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
    networkOf: (request, bindings) => networkOf(callerOf(request, bindings)),
    addressOf: (request, bindings) => countedOf(callerOf(request, bindings)),
  };
}

/** Removes the brackets and port that some proxies write, and converts IPv4-mapped IPv6 to IPv4. */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/^(\d[\d.]*):\d+$/, "$1");
  return isIP(address) === 6 ? ipaddr.process(address).toString() : address;
}

/** A caller without an address counts as one network, as on a Unix socket. */
const countedOf = (address: string) =>
  isIP(address) === 4 ? address : (networkOf(address) ?? "unknown");

function networkOf(address: string): string | undefined {
  const family = isIP(address);
  if (family === 4) return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/24`).toString()}/24`;
  if (family !== 6) return undefined;
  const [withoutZone = ""] = address.split("%");
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone}/64`).toString()}/64`;
}
