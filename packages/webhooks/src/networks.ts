import { BlockList, isIP, isIPv6 } from "node:net";

/** IANA IPv4 Special-Purpose Address Registry, and multicast. */
const SPECIAL_V4 = [
  ["0.0.0.0", 8], // "this network"
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local, and the metadata services of clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.31.196.0", 24], // AS112
  ["192.52.193.0", 24], // AMT
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["192.175.48.0", 24], // AS112
  ["198.18.0.0", 15], // benchmarking
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
] as const;

/**
 * Everything global is inside this range. Addresses that embed IPv4 (mapped, NAT64), local and
 * multicast ones are outside.
 */
const GLOBAL_V6 = ["2000::", 3] as const;

/** IANA IPv6 Special-Purpose Address Registry: the entries inside that range. */
const SPECIAL_V6 = [
  ["2001::", 23], // protocol assignments: Teredo, ORCHID, benchmarking
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, which embeds IPv4
  ["2620:4f:8000::", 48], // AS112
  ["3fff::", 20], // documentation
] as const;

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, "ipv6");
const global = new BlockList();
global.addSubnet(...GLOBAL_V6, "ipv6");

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

/** Returns whether this address, in any notation, belongs to the public Internet. */
function isPublic(address: string): boolean {
  const family = familyOf(address);
  if (family === "ipv6" && !global.check(address, "ipv6")) return false;
  return isIP(address) !== 0 && !special.check(address, family);
}

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
  const list = new BlockList();
  for (const one of allowed) {
    const [network = "", prefix = "", ...rest] = one.split("/");
    if (isIP(network) === 0 || !/^\d{1,3}$/.test(prefix) || rest.length > 0) {
      throw new Error(`${one} is not a network in CIDR notation (RFC 4632)`);
    }
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  const isAllowed = (address: string) =>
    isIP(address) !== 0 && list.check(address, familyOf(address));
  return { isAllowed, isReachable: (address) => isAllowed(address) || isPublic(address) };
}
