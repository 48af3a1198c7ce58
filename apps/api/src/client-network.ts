import { BlockList, isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";

/**
 * The network that a request comes from, in CIDR notation: /24 of IPv4, /64 of IPv6, which is what
 * one customer has. `X-Forwarded-For` counts only as far as proxies that are trusted wrote it: it is
 * read from the right, and the first address that is not one of theirs is the caller's.
 */
export function clientNetwork(
  trusted: readonly string[],
): (request: Request, bindings: unknown) => string | undefined {
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = "", prefix = ""] = network.split("/");
    proxies.addSubnet(address, Number(prefix), familyOf(address));
  }
  const isTrusted = (address: string) => proxies.check(address, familyOf(address));
  return (request, bindings) => {
    const socket = (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket;
    const forwarded = request.headers.get("x-forwarded-for")?.split(",") ?? [];
    let address = plain(socket?.remoteAddress ?? "");
    while (isIP(address) !== 0 && isTrusted(address)) {
      const before = forwarded.pop();
      if (before === undefined) break;
      address = plain(before);
    }
    return networkOf(address);
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Without brackets and a port, as some proxies write them, and IPv4 as it is where it was said as IPv6. */
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

function networkOf(address: string): string | undefined {
  if (isIP(address) === 4) return address.replace(/\.\d+$/, ".0/24");
  if (isIP(address) !== 6) return undefined;
  return `${canonical(`${groupsOf(address).slice(0, 4).join(":")}::`)}/64`;
}

/** In its one usual form (RFC 5952), in which a URL's host is written. */
const canonical = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [head = "", tail = ""] = canonical(address.split("%")[0] ?? "").split("::");
  const split = (part: string) => (part === "" ? [] : part.split(":"));
  const missing = 8 - split(head).length - split(tail).length;
  return [...split(head), ...Array<string>(missing).fill("0"), ...split(tail)];
}
