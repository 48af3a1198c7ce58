import { describe, expect, it } from "vitest";
import { networks } from "./networks.ts";

/** The first and last address of every network that is not public, and one in each form of IPv4. */
const NOT_PUBLIC = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.0", "127.255.255.255"],
  ["169.254.0.0", "169.254.169.254", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.52.193.255", "192.88.99.0", "192.175.48.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "203.0.113.255"],
  ["224.0.0.0", "239.255.255.255"],
  ["240.0.0.0", "255.255.255.255"],
  ["::", "::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::10.0.0.1"],
  ["64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "5f00::1"],
  ["2001::", "2001:0:7f00:1::", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::"],
  ["2620:4f:8000::1", "3fff::1", "3fff:fff::1"],
  ["fc00::", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ffff::1"],
].flat();

describe("networks", () => {
  it.each(NOT_PUBLIC)("does not reach %s", (address) => {
    expect(networks().isReachable(address)).toBe(false);
  });

  it.each(["9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"])(
    "reaches %s, beside one of them",
    (address) => {
      expect(networks().isReachable(address)).toBe(true);
    },
  );

  it.each([
    "1.1.1.1",
    "93.184.215.14",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "172.32.0.1",
  ])("reaches %s", (address) => {
    expect(networks().isReachable(address)).toBe(true);
    expect(networks().isAllowed(address)).toBe(false);
  });

  it.each(["10.1.2.3", "::ffff:10.1.2.3", "::ffff:a01:203"])(
    "reaches %s when asked to",
    (address) => {
      const asked = networks(["10.1.0.0/16"]);
      expect(asked.isReachable(address)).toBe(true);
      expect(asked.isAllowed("10.2.0.1")).toBe(false);
      expect(networks().isReachable(address)).toBe(false);
    },
  );

  it("takes a network of IPv4-mapped addresses for IPv4", () => {
    const asked = networks(["::ffff:10.1.0.0/112"]);
    expect(asked.isAllowed("10.1.2.3")).toBe(true);
    expect(asked.isAllowed("10.2.2.3")).toBe(false);
  });

  it.each(["::8.8.8.8", "::1.1.1.1", "::808:808"])("does not take %s for IPv4", (address) => {
    expect(networks(["8.8.8.0/24"]).isReachable(address)).toBe(false);
  });

  it.each(["", "example.com", "10.0.0.1/8", "fe80::1%eth0", "1.1.1.1 ", "0x7f000001", "127.1"])(
    "knows nothing of %j, which is no address",
    (text) => {
      expect(networks(["10.0.0.0/8"]).isReachable(text)).toBe(false);
    },
  );

  it.each(["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/8/8", "ten/8", "::1/129", "/8"])(
    "does not take %j for a network",
    (text) => {
      expect(() => networks([text])).toThrow();
    },
  );
});
