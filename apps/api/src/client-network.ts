import type { HttpBindings } from "@hono/node-server";
import { countedAddress, networkOfAddress } from "@postern/http";
import { networks } from "@postern/webhooks";

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
  const { isAllowed: isTrusted } = networks(trusted);
  const callerOf = (request: Request, bindings: unknown) => {
    const socket = (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket;
    const forwarded = request.headers.get("x-forwarded-for")?.split(",") ?? [];
    let address = plain(socket?.remoteAddress ?? "");
    while (isTrusted(address)) {
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

/** Removes the brackets and port that some proxies write, and the zone of a local address. */
const plain = (text: string) =>
  text
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, "$1")
    .replace(/^(\d[\d.]*):\d+$/, "$1")
    .replace(/%.*$/, "");
