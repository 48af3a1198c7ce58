import { describe, expect, it } from "vitest";
import { networks } from "./networks.ts";

describe("networks", () => {
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
