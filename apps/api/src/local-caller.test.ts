import { describe, expect, it } from "vitest";
import { isLocalCaller } from "./local-caller.ts";

const from = (remoteAddress: string | undefined) => ({ incoming: { socket: { remoteAddress } } });
const request = (headers: Record<string, string>) => new Request("http://x/mail", { headers });

/** What a page that has rebound its name to this machine cannot send. */
const HOSTS = [
  "localhost:5000",
  "auth.localhost",
  "LOCALHOST",
  "127.0.0.1",
  "127.1:5000",
  "0.0.0.0:5000",
  "192.168.7.8:5000",
  "[::1]:5000",
  "[fe80::1]",
  "",
];

describe("a local caller", () => {
  it.each(["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])("is one from %s", (address) => {
    for (const host of HOSTS) {
      expect(isLocalCaller(request({ host }), from(address))).toBe(true);
    }
  });

  it.each(["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "1270.0.0.1", "", undefined])(
    "is none from %s",
    (address) => {
      expect(isLocalCaller(request({ host: "localhost" }), from(address))).toBe(false);
    },
  );

  it.each([
    "forwarded",
    "x-forwarded-for",
    "X-Forwarded-Proto",
    "x-real-ip",
    "via",
    "CF-Connecting-IP",
  ])("is none with %s", (name) => {
    const headers = { host: "localhost", [name]: "127.0.0.1" };
    expect(isLocalCaller(request(headers), from("127.0.0.1"))).toBe(false);
  });

  it.each(["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "localhost.evil", "a b"])(
    "is none that asked for the host %j, which has rebound its name",
    (host) => {
      expect(isLocalCaller(request({ host }), from("127.0.0.1"))).toBe(false);
    },
  );

  it("is none when nobody knows where it comes from", () => {
    expect(isLocalCaller(request({ host: "localhost" }), {})).toBe(false);
    expect(isLocalCaller(request({ host: "localhost" }), undefined)).toBe(false);
  });
});
