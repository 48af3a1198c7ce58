import { describe, expect, it } from "vitest";
import { bob, EMAIL, PASSWORD } from "../journey.fixture.ts";
import { changePassword } from "../profile/change-password.ts";
import { RateLimited } from "../rate-limited.ts";
import { requestReset } from "../recovery/request-reset.ts";
import { registerUser } from "../registration/register-user.ts";
import { Unavailable } from "../unavailable.ts";
import { requestVerification } from "../verification/request-verification.ts";
import { aNetwork, few, guess, NEW_PASSWORD, opened } from "./limit.fixture.ts";
import type { Ports } from "../ports.ts";

it("guessing at the current password ends with 429, whatever strangers do at the log-in", async () => {
  const { ports } = await opened({ currentPassword: few, failures: 3 });
  const result = await guess(ports, { network: aNetwork(), password: PASSWORD });
  if (!result.ok) throw new Error(result.error);
  for (let count = 0; count < 5; count += 1) await guess(ports, { network: aNetwork() });
  const { token } = result.value;
  const change = (currentPassword: string) =>
    changePassword(ports, token, { currentPassword, newPassword: NEW_PASSWORD });
  for (let count = 0; count < 2; count += 1)
    expect(await change("wrong")).toEqual({ ok: false, error: "password_wrong" });
  expect((await change(PASSWORD)).ok).toBe(true); // the log-in's cap is another one
});

describe("mails", () => {
  const typesOf = async (ports: Ports) =>
    (await ports.events.list((await bob(ports)).id, 1_000)).map(({ type }) => type);

  it("to one address are spaced, and never reduced to none", async () => {
    const { ports, clock } = await opened();
    for (let second = 0; second < 60 * 60; second += 10) {
      for (const ask of [requestReset, requestVerification]) await ask(ports, { email: EMAIL });
      clock.advance(10_000);
    }
    const asked = (await typesOf(ports)).filter((type) => type === "user.password_reset_requested");
    // Five in every quarter of an hour, for which a token lives.
    expect(asked).toHaveLength(20);
  });

  it("are looked up for no address more often than that", async () => {
    const { ports } = await opened();
    let found = 0;
    const users = {
      ...ports.users,
      findByEmail: (key: Parameters<Ports["users"]["findByEmail"]>[0]) => {
        found += 1;
        return ports.users.findByEmail(key);
      },
    };
    for (const email of [EMAIL, "nobody@example.com", "no address"])
      for (let count = 0; count < 5; count += 1) {
        expect((await requestReset({ ...ports, users }, { email })).ok).toBe(true);
      }
    expect(found).toBe(2);
  });

  it("can be asked for again at once if the request failed", async () => {
    const { ports } = await opened();
    const append = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, events: { ...ports.events, append } };
    await expect(requestReset(broken, { email: EMAIL })).rejects.toThrow(Unavailable);
    await requestReset(ports, { email: EMAIL });
    expect(await typesOf(ports)).toContain("user.password_reset_requested");
  });

  it("do not count for the network if the request failed", async () => {
    const { ports } = await opened({ mailNetwork: { places: 1, windowSeconds: 900 } });
    const caller = { network: aNetwork() };
    const append = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, events: { ...ports.events, append } };
    for (const email of ["one@example.com", "two@example.com"])
      await expect(requestReset(broken, { email, caller })).rejects.toThrow(Unavailable);
    expect((await requestReset(ports, { email: EMAIL, caller })).ok).toBe(true);
    await expect(requestReset(ports, { email: EMAIL, caller })).rejects.toThrow(RateLimited);
  });

  it("asked for by one network end with 429", async () => {
    const { ports } = await opened({ mailNetwork: few });
    const caller = { network: aNetwork() };
    const ask = (count: number) => requestReset(ports, { email: `b${count}@example.com`, caller });
    for (let count = 0; count < 3; count += 1) expect((await ask(count)).ok).toBe(true);
    await expect(ask(3)).rejects.toThrow(RateLimited);
  });

  it("for twenty registrations of one address are one", async () => {
    const { ports } = await opened();
    const stored: string[] = [];
    const create: Ports["users"]["create"] = async (user, events, eventsIfTaken = []) => {
      const created = await ports.users.create(user, events, eventsIfTaken);
      const appended = created ? events : eventsIfTaken;
      for (const { type, payload, userId } of appended)
        if (userId || payload?.emailKey) stored.push(type);
      return created;
    };
    const watched = { ...ports, users: { ...ports.users, create } };
    const input = { email: "new@example.com", password: PASSWORD };
    await Promise.all(Array.from({ length: 20 }, () => registerUser(watched, input)));
    const links = stored.filter((type) => type === "user.email_verification_requested");
    expect(links).toHaveLength(1);
    expect(stored.filter((type) => type === "user.created")).toHaveLength(1);
  });
});
