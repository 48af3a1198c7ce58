import { BlockList, isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";

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
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = "", prefix = ""] = network.split("/");
    proxies.addSubnet(address, Number(prefix), familyOf(address));
  }
  const isTrusted = (address: string) => proxies.check(address, familyOf(address));
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

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Removes the brackets and port that some proxies write, and converts IPv4-mapped IPv6 to IPv4. */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/^(\d[\d.]*):\d+$/, "$1");
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address);
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return address;
  const bytes = groups.slice(6).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return bytes.join(".");
}

/** A caller without an address counts as one network, as on a Unix socket. */
const countedOf = (address: string) =>
  isIP(address) === 4 ? address : (networkOf(address) ?? "unknown");

function networkOf(address: string): string | undefined {
  if (isIP(address) === 4) return address.replace(/\.\d+$/, ".0/24");
  if (isIP(address) !== 6) return undefined;
  return `${canonical(`${groupsOf(address).slice(0, 4).join(":")}::`)}/64`;
}

/** The canonical form (RFC 5952), as in the host of a URL. */
const canonical = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** Returns the eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [head = "", tail = ""] = canonical(address.split("%")[0] ?? "").split("::");
  const split = (part: string) => (part === "" ? [] : part.split(":"));
  const missing = 8 - split(head).length - split(tail).length;
  return [...split(head), ...Array<string>(missing).fill("0"), ...split(tail)];
}
