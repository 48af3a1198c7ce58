import { hash } from "node:crypto";
import type { Password } from "@postern/domain";
import { type HttpReceiver, startHttpReceiver } from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { breachedPasswords } from "./breached-passwords.ts";

const LEAKED = "correct horse battery" as Password;
const SAFE = "staple tortoise nine" as Password;
const digestOf = (password: Password) => hash("sha1", password, "hex").toUpperCase();
const suffix = digestOf(LEAKED).slice(5);

describe("asking for breached passwords", () => {
  let receiver: HttpReceiver | undefined;
  afterEach(() => receiver?.close());

  /** A server that gives this answer for each range, and a client that asks it. */
  async function asking(answer: Parameters<typeof startHttpReceiver>[0], timeoutMs = 1_000) {
    const faults: unknown[] = [];
    receiver = await startHttpReceiver(answer);
    const url = `${receiver.url}/range/`;
    const passwords = breachedPasswords({ url, timeoutMs, onFault: (fault) => faults.push(fault) });
    return { faults, passwords, received: receiver.received };
  }
  const lines = (...given: string[]) => ({ status: 200, body: given.join("\r\n") });

  it("sends five digits of the SHA-1 and no more, and finds the rest in the answer", async () => {
    const body = lines(`${"0".repeat(35)}:12`, `${suffix}:7`, `${"F".repeat(35)}:1`);
    const { passwords, received, faults } = await asking(() => body);
    expect(await passwords.include(LEAKED)).toBe(true);
    expect(await passwords.include(SAFE)).toBe(false);
    expect(received.map(({ path }) => path)).toEqual(
      [LEAKED, SAFE].map((password) => `/range/${digestOf(password).slice(0, 5)}`),
    );
    expect(received[0]?.headers["add-padding"]).toBe("true");
    expect(JSON.stringify(received)).not.toContain(suffix);
    expect(faults).toEqual([]);
  });

  it("takes padding for nothing, and lower case for the same", async () => {
    expect(await (await asking(() => lines(`${suffix}:0`))).passwords.include(LEAKED)).toBe(false);
    await receiver?.close();
    const { passwords } = await asking(() => lines(`${suffix.toLowerCase()}:3`));
    expect(await passwords.include(LEAKED)).toBe(true);
  });

  it.each([
    ["answers with an error", () => ({ status: 503, body: `${suffix}:7` })],
    [
      "redirects, though to where it is known",
      ({ path }: { path: string }) =>
        path === "/elsewhere"
          ? lines(`${suffix}:7`)
          : { status: 302, headers: { location: "/elsewhere" } },
    ],
    ["never ends", () => lines("0".repeat(2 * 1024 * 1024), `${suffix}:7`)],
    ["hangs", () => ({ status: "hang" }) as const],
  ])("accepts a password if the service %s, and reports it", async (_, answer) => {
    const { passwords, faults } = await asking(answer, 200);
    const startedAt = performance.now();
    expect(await passwords.include(LEAKED)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(faults).toHaveLength(1);
  });

  it("accepts a password if the service does not respond", async () => {
    const faults: unknown[] = [];
    const url = "http://127.0.0.1:1";
    const passwords = breachedPasswords({ url, onFault: (fault) => faults.push(fault) });
    expect(await passwords.include(LEAKED)).toBe(false);
    expect(faults).toHaveLength(1);
  });
});
