import { describe, expect, it } from "vitest";
import { unlockUser } from "../administration/unlock-user.ts";
import { bob, PASSWORD, reset } from "../journey.fixture.ts";
import { RateLimited } from "../rate-limited.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import { registerUser } from "../registration/register-user.ts";
import { logIn } from "../session/log-in.ts";
import { aNetwork, few, guess, known, NEW_PASSWORD, opened } from "./limit.fixture.ts";

describe("the owner", () => {
  it("logs in from a known device while strangers guess, and they are never compared again", async () => {
    const { ports, evaluated } = await opened({ failures: 5, logInAccount: { ...few, places: 9 } });
    let knownDevices = await known(ports);
    const before = evaluated();
    for (let count = 0; count < 100; count += 1) {
      await guess(ports, { network: aNetwork() });
      const result = await guess(ports, { network: aNetwork(), knownDevices, password: PASSWORD });
      if (!result.ok) throw new Error(`refused at ${count}`);
      knownDevices = result.value.knownDevices ?? "";
    }
    expect(evaluated() - before).toBe(100 + 5);
  });

  it("is known even from a network that is used up", async () => {
    const { ports } = await opened({ logInNetwork: few });
    const knownDevices = await known(ports);
    const network = aNetwork();
    for (let count = 0; count < 3; count += 1) await guess(ports, { network });
    await expect(guess(ports, { network, password: PASSWORD })).rejects.toThrow(RateLimited);
    expect((await guess(ports, { network, knownDevices, password: PASSWORD })).ok).toBe(true);
  });

  it("on a stolen device has a limit and a cap of its own", async () => {
    const { ports, evaluated, clock } = await opened({ logInDevice: few, failures: 4 });
    const knownDevices = await known(ports);
    const before = evaluated();
    for (let window = 0; window < 4; window += 1) {
      for (let count = 0; count < 5; count += 1)
        await guess(ports, { network: aNetwork(), knownDevices }).catch(() => undefined);
      clock.advance(901_000);
    }
    expect(evaluated() - before).toBe(4);
    expect((await guess(ports, { network: aNetwork(), password: PASSWORD })).ok).toBe(true);
  });

  it.each([
    ["a forged cookie", async () => "forged"],
    [
      "an expired one",
      async ({ ports, clock }: Awaited<ReturnType<typeof opened>>) => {
        const cookie = await known(ports);
        clock.advance(91 * 86_400_000);
        return cookie;
      },
    ],
    [
      "one from before a reset",
      async ({ ports }: Awaited<ReturnType<typeof opened>>) => {
        const cookie = await known(ports);
        const { id: userId, epoch } = await bob(ports);
        const { token, tokenHash } = ports.tokenFactory.createResetToken();
        const claim = { purpose: "password_reset", userId, epoch, byMail: true } as const;
        await ports.tokens.put(tokenHash, claim, 60_000);
        expect((await reset(ports, token, NEW_PASSWORD)).ok).toBe(true);
        return cookie;
      },
    ],
  ])("is not known by %s", async (_, cookieOf) => {
    const world = await opened({ failures: 3 });
    const knownDevices = await cookieOf(world);
    for (let count = 0; count < 3; count += 1) await guess(world.ports, { network: aNetwork() });
    for (const password of [PASSWORD, NEW_PASSWORD]) {
      const result = await guess(world.ports, { network: aNetwork(), knownDevices, password });
      expect(result.ok).toBe(false);
    }
  });

  it("is unlocked by an operator, and by a reset, whose browser is known", async () => {
    const { ports, user } = await opened({ failures: 3, logInAccount: few });
    const lock = async () => {
      for (let count = 0; count < 5; count += 1) await guess(ports, { network: aNetwork() });
    };
    await lock();
    expect((await unlockUser(ports, user.id)).ok).toBe(true);
    expect((await guess(ports, { network: aNetwork(), password: PASSWORD })).ok).toBe(true);
    await lock();
    const { token, tokenHash } = ports.tokenFactory.createResetToken();
    const claim = { purpose: "password_reset", userId: user.id, epoch: 0, byMail: true } as const;
    await ports.tokens.put(tokenHash, claim, 60_000);
    const result = await reset(ports, token, NEW_PASSWORD);
    if (!result.ok) throw new Error(result.error);
    expect((await guess(ports, { network: aNetwork(), password: NEW_PASSWORD })).ok).toBe(true);
    await lock();
    const { knownDevices } = result.value;
    const own = {
      network: aNetwork(),
      password: NEW_PASSWORD,
      ...(knownDevices && { knownDevices }),
    };
    expect((await guess(ports, own)).ok).toBe(true);
  });

  it("shares a browser with four others, and the sixth pushes out the first", async () => {
    const { ports } = await opened({ failures: 1 });
    let knownDevices: string | undefined;
    for (let count = 0; count < 6; count += 1) {
      const email = `user${count}@example.com`;
      await registerUser(ports, { email, password: PASSWORD });
      const user = await ports.users.findByEmail(email as never);
      if (!user) throw new Error("registered a moment ago");
      const verification = { userId: user.id, expectedEpoch: 0, keepsPassword: true };
      await ports.users.verifyEmail(verification, []);
      const caller = { ...(knownDevices && { knownDevices }) };
      const result = await logIn(ports, { email, password: PASSWORD, caller });
      if (!result.ok) throw new Error(result.error);
      knownDevices = result.value.knownDevices;
      await logIn(ports, { email, password: "wrong", caller: {} }); // locks others out
    }
    const logsIn = async (count: number) => {
      const caller = { ...(knownDevices && { knownDevices }) };
      return (await logIn(ports, { email: `user${count}@example.com`, password: PASSWORD, caller }))
        .ok;
    };
    expect(await logsIn(0)).toBe(false);
    for (const count of [1, 2, 3, 4, 5]) expect(await logsIn(count)).toBe(true);
  });
});

it("a device stays known when another one's log-in renews the hash, and when sessions are ended", async () => {
  const { ports, user } = await opened({ failures: 1 });
  const knownDevices = await known(ports);
  const credentials = await ports.users.findCredentialsById(user.id);
  const renewed = {
    userId: user.id,
    expectedEpoch: 0,
    expectedHash: credentials?.passwordHash as PasswordHash,
    passwordHash: `plain$2$${PASSWORD}` as PasswordHash,
  };
  expect(await ports.users.rehash(renewed)).toBeDefined();
  await guess(ports, { network: aNetwork() }); // locks unknown devices out
  const own = { network: aNetwork(), knownDevices, password: PASSWORD };
  const result = await guess(ports, own);
  if (!result.ok) throw new Error(result.error);
  await ports.users.endSessions([user.id], []);
  const next = { ...own, knownDevices: result.value.knownDevices ?? "" };
  expect((await guess(ports, next)).ok).toBe(true);
});
