import { describe, expect, it } from "vitest";
import { PASSWORD } from "../journey.fixture.ts";
import { RateLimited } from "../rate-limited.ts";
import { registerUser } from "../registration/register-user.ts";
import { logIn } from "../session/log-in.ts";
import { Unavailable } from "../unavailable.ts";
import { aNetwork, few, guess, opened } from "./limit.fixture.ts";

describe("guessing at log-in", () => {
  it("from one network at one address ends with 429, before anything is hashed", async () => {
    const { ports, compared } = await opened({ logInPair: few });
    const network = aNetwork();
    for (let count = 0; count < 3; count += 1)
      expect((await guess(ports, { network })).ok).toBe(false);
    await expect(guess(ports, { network })).rejects.toThrow(RateLimited);
    await expect(guess(ports, { network, password: PASSWORD })).rejects.toThrow(RateLimited);
    expect(compared).toHaveLength(3);
    expect((await guess(ports, { network: aNetwork(), password: PASSWORD })).ok).toBe(true);
  });

  it("from one network at many addresses ends with 429", async () => {
    const { ports } = await opened({ logInNetwork: few });
    const caller = { network: aNetwork() };
    for (let count = 0; count < 3; count += 1)
      await logIn(ports, { email: `bob${count}@example.com`, password: "wrong", caller });
    const next = logIn(ports, { email: "bob9@example.com", password: "wrong", caller });
    await expect(next).rejects.toThrow(RateLimited);
  });

  it("does not count right passwords, so an office behind one address can log in", async () => {
    const { ports } = await opened({ logInNetwork: few, logInPair: few, logInAccount: few });
    const network = aNetwork();
    for (let count = 0; count < 20; count += 1)
      expect((await guess(ports, { network, password: PASSWORD })).ok).toBe(true);
  });

  it("counts each spelling of an address for the same account", async () => {
    const { ports, evaluated } = await opened({ logInAccount: few });
    for (const email of [
      "bob@example.com",
      "BOB@example.com",
      "bob@EXAMPLE.com",
      "Bob@Example.Com",
    ])
      await logIn(ports, { email, password: "wrong", caller: { network: aNetwork() } });
    expect(evaluated()).toBe(3);
  });

  it.each([
    ["the window", { logInAccount: few }],
    ["the durable cap", { failures: 3 }],
  ])("beyond %s of the account refuses the right password like a wrong one", async (_, limits) => {
    const { ports, compared, evaluated } = await opened(limits);
    for (let count = 0; count < 9; count += 1) await guess(ports, { network: aNetwork() });
    expect([compared.length, evaluated()]).toEqual([9, 3]); // and it hashes all the same
    const right = await guess(ports, { network: aNetwork(), password: PASSWORD });
    expect(right).toEqual({ ok: false, error: "credentials_invalid" });
    const other = { email: "nobody@example.com", password: "wrong", caller: {} };
    expect(await logIn(ports, other)).toEqual(right);
  });

  it("of 200 at once compares as many as the limit says", async () => {
    const { ports, evaluated } = await opened({ logInAccount: { ...few, places: 10 } });
    await Promise.all(Array.from({ length: 200 }, () => guess(ports, { network: aNetwork() })));
    expect(evaluated()).toBe(10);
  });

  it("does not count what could not be compared", async () => {
    const { ports } = await opened({ failures: 1, logInPair: { ...few, places: 1 } });
    const network = aNetwork();
    const verify = () => Promise.reject(new Unavailable("at capacity", { isCapacity: true }));
    const busy = { ...ports, hasher: { ...ports.hasher, verify } };
    for (let count = 0; count < 3; count += 1)
      await expect(guess(busy, { network })).rejects.toThrow(Unavailable);
    expect((await guess(ports, { network, password: PASSWORD })).ok).toBe(true);
  });

  it("counts a right password that does not log in", async () => {
    const { ports } = await opened({ failures: 3 });
    await registerUser(ports, { email: "eve@example.com", password: PASSWORD });
    const eve = { email: "eve@example.com", password: PASSWORD };
    for (let count = 0; count < 3; count += 1) await logIn(ports, { ...eve, caller: {} });
    const user = await ports.users.findByEmail("eve@example.com" as never);
    expect(user && (await ports.failures.list(user.id))).toEqual([3]);
  });
});
