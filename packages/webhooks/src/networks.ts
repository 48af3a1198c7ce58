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
const parse = (text: string): Address | undefined =>
  isIP(text) === 0 || text.includes("%") ? undefined : ipaddr.process(text);

/** Returns whether this address belongs to the public Internet. */
const isPublic = (address: Address): boolean =>
  address.range() === "unicast" &&
  (address.kind() === "ipv4" || isIn(address, GLOBAL_V6)) &&
  !SPECIAL.some((network) => isIn(address, network));

export interface Networks {
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
    return ipaddr.parseCIDR(one);
  });
  const isListed = (address: Address) => list.some((network) => isIn(address, network));
  return {
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
