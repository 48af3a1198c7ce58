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
      address = plain(before.trim());
    }
    return networkOf(address);
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** IPv4 as it is, where a socket of both kinds says it as IPv6. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");

function networkOf(address: string): string | undefined {
  if (isIP(address) === 4) return address.replace(/\.\d+$/, ".0/24");
  if (isIP(address) !== 6) return undefined;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing =
    tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const first = [
    ...groups,
    ...Array<string>(missing).fill("0"),
    ...(tail ? tail.split(":") : []),
  ].slice(0, 4);
  // The host writes it in its one usual form (RFC 5952).
  return `${new URL(`http://[${first.join(":")}::]`).hostname.slice(1, -1)}/64`;
}
