import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** What ipaddr.js counts as ordinary, and the IANA registries of special purposes do not. */
const SPECIAL = [
  "192.31.196.0/24", // AS112
  "192.52.193.0/24", // AMT
  "192.88.99.0/24", // 6to4 relays
  "192.175.48.0/24", // AS112
  "2001::/23", // protocol assignments: Teredo, ORCHID, benchmarking
  "2620:4f:8000::/48", // AS112
  "3fff::/20", // documentation
].map((network) => ipaddr.parseCIDR(network));

/** Every global IPv6 address is inside it. Those that embed IPv4 (NAT64) are outside. */
const GLOBAL_V6 = ipaddr.parseCIDR("2000::/3");

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

const isIn = (address: Address, [network, bits]: Network): boolean =>
  address.kind() === network.kind() && (address as ipaddr.IPv6).match(network, bits);

/** Returns an address in its usual notation, with IPv4 for IPv4-mapped IPv6. */
function parse(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) return undefined;
  // In groups, because ipaddr.js would take `::10.0.0.1` for IPv4.
  return ipaddr.process(family === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);
}

/** Returns whether this address belongs to the public Internet. */
const isPublic = (address: Address): boolean =>
  address.range() === "unicast" &&
  (address.kind() === "ipv4" || isIn(address, GLOBAL_V6)) &&
  !SPECIAL.some((network) => isIn(address, network));

/** Converts a network of IPv4-mapped addresses to IPv4, as addresses are. */
function toNetwork([address, bits]: Network): Network {
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
}

export interface Networks {
  /** Whether a setting allows any network. */
  readonly allowsAny: boolean;
  /** Returns whether a setting allows this address. */
  isAllowed(address: string): boolean;
  /** Returns whether the address may be reached: it is public or allowed. */
  isReachable(address: string): boolean;
}

/**
 * The public Internet, and the networks in `allowed` (`10.1.0.0/16`). Throws if one of them is
 * malformed.
 */
export function networks(allowed: readonly string[] = []): Networks {
  const list = allowed.map((one): Network => {
    const [network = "", prefix = "", ...rest] = one.split("/");
    if (isIP(network) === 0 || !/^\d{1,3}$/.test(prefix) || rest.length > 0) {
      throw new Error(`${one} is not a network in CIDR notation (RFC 4632)`);
    }
    return toNetwork(ipaddr.parseCIDR(one));
  });
  const isListed = (address: Address) => list.some((network) => isIn(address, network));
  return {
    allowsAny: list.length > 0,
    isAllowed(text) {
      const address = parse(text);
      return address !== undefined && isListed(address);
    },
    isReachable(text) {
      const address = parse(text);
      return address !== undefined && (isListed(address) || isPublic(address));
    },
  };
}
