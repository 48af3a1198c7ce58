import { type Password, Unavailable } from "@postern/domain";
import { passwordHasherContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { bcryptHasher } from "./bcrypt-hasher.ts";
import { hashGate } from "./hash-gate.ts";
import { hasherEndpoint } from "./hasher-endpoint.ts";
import { nativeBcrypt } from "./native.ts";
import { remoteHasher } from "./remote-hasher.ts";

const URL_HERE = "http://127.0.0.1:1/";
const SECRET = "a secret of both";
const PASSWORD = "seven green tortoises" as Password;

/** A hasher elsewhere, and what it received. */
function opened({ cost = 4, maxWaitMs = 60_000, secret = SECRET } = {}) {
  const received: string[] = [];
  const gate = hashGate({ atOnce: 1, maxWaitMs, expectedMs: 5 });
  const endpoint = hasherEndpoint({
    hasher: bcryptHasher({ cost, gate, bcrypt: nativeBcrypt }),
    secret: SECRET,
    onFault: () => undefined,
  });
  const send: typeof fetch = async (input, init) => {
    const body = init?.body as string;
    received.push(body);
    const headers = { ...(init?.headers as object), "content-length": String(body.length) };
    return await endpoint(new Request(input, { ...init, headers }));
  };
  const remote = remoteHasher({ url: URL_HERE, secret, cost, fetch: send });
  return { remote, endpoint, received };
}

describe("a hasher elsewhere", () => {
  passwordHasherContract((cost) => opened({ cost: cost === "small" ? 4 : 5 }).remote);

  it("learns a password and an opaque share, and neither an address nor a network", async () => {
    const { remote, received } = opened();
    const share = { network: "192.0.2.7", isKnownDevice: true };
    const hash = await remote.hash(PASSWORD, share);
    expect(await remote.verify(PASSWORD, hash, share)).toBe(true);
    expect(await remote.verify(PASSWORD, undefined, share)).toBe(false);
    expect(received.join("")).not.toContain("192.0.2");
    const sent = received.map((body) => JSON.parse(body) as Record<string, unknown>);
    expect(sent.map((one) => Object.keys(one).toSorted())).toEqual([
      ["isKnownDevice", "network", "password"],
      ["hash", "isKnownDevice", "network", "password"],
      ["hash", "isKnownDevice", "network", "password"],
    ]);
    expect(new Set(sent.map(({ network }) => network)).size).toBe(1);
  });

  it("is unavailable, and never says no, with a wrong secret, at capacity, and when away", async () => {
    const wrong = opened({ secret: "another" }).remote;
    await expect(wrong.hash(PASSWORD)).rejects.toThrow(Unavailable);
    const { remote } = opened({ cost: 10, maxWaitMs: 100 });
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, () => remote.verify(PASSWORD, undefined)),
    );
    const refused = all.flatMap((one) =>
      one.status === "rejected" ? [one.reason as unknown] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    for (const reason of refused) expect(reason).toMatchObject({ isCapacity: true });
    const away = remoteHasher({ url: URL_HERE, secret: SECRET, cost: 4 });
    await expect(away.verify(PASSWORD, undefined)).rejects.toThrow(
      "no valid answer from the hasher",
    );
  });

  it.each([
    ["an empty object", () => Response.json({})],
    ["a page", () => new Response("<html>")],
    ["a redirect", () => Response.redirect("http://elsewhere.example/", 307)],
    [
      "an odd Retry-After",
      () => Response.json({}, { status: 503, headers: { "retry-after": "Mon" } }),
    ],
  ])("is unavailable if it answers with %s", async (_, respond) => {
    const asked: (string | undefined)[] = [];
    const send: typeof fetch = async (_url, init) => {
      asked.push(init?.redirect);
      return respond();
    };
    const remote = remoteHasher({ url: URL_HERE, secret: SECRET, cost: 4, fetch: send });
    for (const act of [() => remote.hash(PASSWORD), () => remote.verify(PASSWORD, undefined)])
      await expect(act()).rejects.toMatchObject({ name: "Unavailable", retryAfterSeconds: 1 });
    expect(asked).toEqual(["manual", "manual"]);
  });

  it("compares with a long malformed hash as with none", async () => {
    const { remote } = opened();
    expect(await remote.verify(PASSWORD, "$argon2id$".padEnd(160, "x") as never)).toBe(false);
  });

  it.each(["http://hasher.example/", "ftp://127.0.0.1/", "http://127.0.0.1.evil.example/"])(
    "is not asked at %s, where others could read passwords",
    (url) => {
      expect(() => remoteHasher({ url, secret: SECRET, cost: 4 })).toThrow(/must be https/);
    },
  );

  it.each([
    ["no secret", {}, '{"password":"x"}', 401],
    ["half a secret", { authorization: "Bearer a secret" }, '{"password":"x"}', 401],
    ["no JSON", { authorization: `Bearer ${SECRET}` }, "password", 400],
    ["no password", { authorization: `Bearer ${SECRET}` }, "{}", 400],
    [
      "a long password",
      { authorization: `Bearer ${SECRET}` },
      `{"password":"${"x".repeat(73)}"}`,
      400,
    ],
    ["a number", { authorization: `Bearer ${SECRET}` }, '{"password":"x","hash":1}', 400],
    [
      "too much",
      { authorization: `Bearer ${SECRET}` },
      `{"password":"x"}${" ".repeat(2_000)}`,
      400,
    ],
  ])("refuses a request with %s", async (_, headers, body, status) => {
    const { endpoint } = opened();
    const length = { "content-length": String(body.length) };
    const response = await endpoint(
      new Request(URL_HERE, { method: "POST", headers: { ...headers, ...length }, body }),
    );
    expect(response.status).toBe(status);
  });
});
