import { describe, expect, it } from "vitest";
import { clientNetwork } from "./client-network.ts";

const from = (remoteAddress: string, forwarded?: string, trusted: readonly string[] = []) => {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const request = new Request("http://localhost/", { headers });
  return clientNetwork(trusted).networkOf(request, { incoming: { socket: { remoteAddress } } });
};

it.each([
  ["192.0.2.77", "192.0.2.77"],
  ["::ffff:192.0.2.77", "192.0.2.77"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["", "unknown"],
  ["fe80::1%br-lan", "fe80::/64"],
  ["fe80::1%eth0.10", "fe80::/64"],
  ["::8.8.8.8", "::/64"],
])("limits count %s as %s", (remoteAddress, counted) => {
  const { addressOf } = clientNetwork([]);
  const request = new Request("http://localhost/");
  expect(addressOf(request, { incoming: { socket: { remoteAddress } } })).toBe(counted);
});

describe("the network of a caller", () => {
  it.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["2001:db8:0:a::7", "2001:db8:0:a::/64"],
    ["::1", "::/64"],
    ["::ffff:c000:24d", "192.0.2.0/24"],
    ["2001:db8::c:d:e:192.0.2.1", "2001:db8:0:c::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["", undefined],
  ])("of %s is %s", (address, network) => {
    expect(from(address)).toBe(network);
  });

  it("is read behind proxies of IPv4 that a setting writes as IPv6, and from odd zones", () => {
    expect(from("::ffff:10.0.0.1", "203.0.113.9", ["::ffff:10.0.0.0/104"])).toBe("203.0.113.0/24");
    expect(from("10.0.0.1", "fe80::1%br-lan", ["10.0.0.0/8"])).toBe("fe80::/64");
  });

  it("is not what an untrusted peer says it is", () => {
    expect(from("192.0.2.77", "203.0.113.9")).toBe("192.0.2.0/24");
    expect(from("192.0.2.77", "203.0.113.9", ["10.0.0.0/8"])).toBe("192.0.2.0/24");
  });

  it.each([
    ["203.0.113.9", "203.0.113.0/24"],
    ["198.51.100.1, 203.0.113.9", "203.0.113.0/24"], // the caller wrote the first one
    ["203.0.113.9, 10.1.1.1", "203.0.113.0/24"],
    ["203.0.113.9, 10.1.1.1,10.2.2.2", "203.0.113.0/24"],
    ["2001:db8::9", "2001:db8::/64"],
    ["203.0.113.9:4711", "203.0.113.0/24"],
    ["[2001:db8::9]:4711", "2001:db8::/64"],
    ["[2001:db8::9]", "2001:db8::/64"],
    ["10.3.3.3", "10.3.3.0/24"],
    ["nonsense", undefined],
    ["", undefined],
    [undefined, "10.0.0.0/24"],
  ])("behind trusted proxies that say %o is %s", (forwarded, network) => {
    expect(from("10.0.0.1", forwarded, ["10.0.0.0/8", "fd00::/8"])).toBe(network);
  });
});
