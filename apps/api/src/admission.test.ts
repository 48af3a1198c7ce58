import { networkInterfaces } from "node:os";
import { coursePolicy, strictPolicy } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { admissionOf, requireOwnPublicUrl } from "./admission.ts";

const LOOPBACK = { incoming: { socket: { remoteAddress: "127.0.0.1" } } };
const ELSEWHERE = { incoming: { socket: { remoteAddress: "192.0.2.7" } } };
const OPEN = {
  host: "127.0.0.1",
  policy: coursePolicy,
  publicUrl: undefined as string | undefined,
  isOpenConfirmed: false,
};
const request = (headers: Record<string, string>) => new Request("http://x/", { headers });

/** Returns whether a request with these headers is served. */
function served(options: Partial<typeof OPEN>, headers: Record<string, string>, from = LOOPBACK) {
  const admits = admissionOf({ ...OPEN, ...options });
  return admits === undefined || admits(request(headers), from);
}

describe("with open disclosure", () => {
  it.each(["0.0.0.0:5000", "127.0.0.1:5000", "[::1]:5000", "10.1.2.3", "localhost", "a.localhost"])(
    "serves the host %s, which no page can rebind",
    (host) => {
      expect(served({}, { host })).toBe(true);
      expect(served({ isOpenConfirmed: true }, { host })).toBe(true);
    },
  );

  it.each([
    "evil.example",
    "postern.test:5000",
    "localhost.evil.example",
    "localhost@evil.example",
  ])("refuses the name %s, unless PUBLIC_URL has it", (host) => {
    expect(served({}, { host })).toBe(false);
    expect(served({ isOpenConfirmed: true }, { host })).toBe(false);
    const publicUrl = "http://postern.test:5000";
    expect(served({ publicUrl }, { host })).toBe(host === "postern.test:5000");
  });

  it("refuses what came through a proxy or from elsewhere, unless it is confirmed", () => {
    const host = "localhost";
    for (const name of ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host"]) {
      expect(served({}, { host, [name]: "192.0.2.1" })).toBe(false);
      expect(served({ isOpenConfirmed: true }, { host, [name]: "192.0.2.1" })).toBe(true);
    }
    expect(served({}, { host }, ELSEWHERE)).toBe(false);
    expect(served({ isOpenConfirmed: true }, { host }, ELSEWHERE)).toBe(true);
  });

  it("serves every name if it is confirmed for the whole network", () => {
    expect(served({ isOpenConfirmed: true, host: "0.0.0.0" }, { host: "api:5000" })).toBe(true);
  });
});

it("closed disclosure serves every host", () => {
  const closed = { policy: strictPolicy };
  expect(served(closed, { host: "login.example.com", via: "1.1 proxy" }, ELSEWHERE)).toBe(true);
});

describe("at the start, open disclosure", () => {
  const own = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const urls = own
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => `http://${address}:5000`);

  it.each([
    "http://localhost:5000",
    "http://127.0.0.1",
    "http://[::1]:5000",
    "http://0.0.0.0:5000",
    ...urls,
  ])("takes the PUBLIC_URL %s of this machine", async (publicUrl) => {
    await expect(requireOwnPublicUrl({ ...OPEN, publicUrl })).resolves.toBeUndefined();
  });

  it.each(["https://192.0.2.1", "http://[2001:db8::1]", "https://login.postern.invalid"])(
    "refuses the PUBLIC_URL %s, unless it is confirmed or closed",
    async (publicUrl) => {
      await expect(requireOwnPublicUrl({ ...OPEN, publicUrl })).rejects.toThrow(
        /PUBLIC_URL: leads/,
      );
      for (const more of [{ isOpenConfirmed: true }, { policy: strictPolicy }])
        await expect(requireOwnPublicUrl({ ...OPEN, publicUrl, ...more })).resolves.toBeUndefined();
    },
  );
});
