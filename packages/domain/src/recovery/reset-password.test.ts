import { describe, expect, it } from "vitest";
import {
  bob,
  EMAIL,
  eventTypes,
  loggedIn,
  meanwhile,
  PASSWORD,
  registered,
  reset,
  resetTokenFor,
} from "../journey.fixture.ts";
import { parseLanguage } from "../language.ts";
import { memoryClock, memoryPorts } from "../memory.ts";
import { coursePolicy, strictPolicy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { checkSession } from "../session/check-session.ts";
import { logIn } from "../session/log-in.ts";
import { Unavailable } from "../unavailable.ts";
import { disableUser, enableUser } from "../administration/disable-user.ts";
import { registerUser } from "../registration/register-user.ts";
import { requestReset } from "./request-reset.ts";
import { resetPassword } from "./reset-password.ts";

const invalid = { ok: false, error: "reset_token_invalid" };

/** Creates a token as the worker mails it: it replaces no other. */
async function mailedTokenFor(ports: Ports): Promise<string> {
  const { id: userId, epoch } = await bob(ports);
  const { token, tokenHash } = ports.tokenFactory.createResetToken();
  const claim = { purpose: "password_reset", userId, epoch, byMail: true } as const;
  await ports.tokens.put(tokenHash, claim, 60_000);
  return token;
}

describe("asking for a reset", () => {
  it("gives a token under open disclosure, and keeps the event with the epoch", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    expect(await resetTokenFor(ports)).toEqual(expect.any(String));
    expect((await ports.events.list(id, 10)).at(-1)).toMatchObject({
      type: "user.password_reset_requested",
      data: { epoch: 0, expiresAt: "2026-01-01T00:15:00.000Z", tokenBy: "answer" },
    });
  });

  it.each(["eve@example.com", "", "nonsense"])(
    "refuses %o under open disclosure",
    async (email) => {
      const ports = memoryPorts();
      await registered(ports);
      expect(await requestReset(ports, { email })).toEqual({ ok: false, error: "email_unknown" });
    },
  );

  it("does the same for every address and state when disclosure is closed", async () => {
    const ports = memoryPorts({ policy: { ...strictPolicy, limits: coursePolicy.limits } });
    const { id } = await registered(ports);
    await registerUser(ports, { email: "off@example.com", password: PASSWORD });
    const calls: string[] = [];
    const users = meanwhile(ports.users, "findByEmail", async () => calls.push("find"));
    const events = meanwhile(ports.events, "append", async () => calls.push("append"));
    const observed: { result: unknown; calls: string[] }[] = [];
    for (const email of [EMAIL, "nobody@example.com"]) {
      calls.length = 0;
      observed.push({
        result: await requestReset({ ...ports, users, events }, { email }),
        calls: [...calls],
      });
    }
    await disableUser(ports, id);
    calls.length = 0;
    observed.push({
      result: await requestReset({ ...ports, users, events }, { email: EMAIL }),
      calls: [...calls],
    });
    const same = { result: { ok: true, value: undefined }, calls: ["find", "append"] };
    expect(observed).toEqual([same, same, same]);
  });
});

describe("a reset by mail", () => {
  it("replaces the language that a stranger chose, the first time only", async () => {
    const [de, fr, es] = [parseLanguage("de"), parseLanguage("fr"), parseLanguage("es")];
    const ports = memoryPorts();
    await registerUser(ports, { email: EMAIL, password: PASSWORD, caller: { language: de } });
    for (const language of [fr, es]) {
      const token = await mailedTokenFor(ports);
      const input = { email: EMAIL, token, newPassword: "OwnersPwd", caller: { language } };
      expect((await resetPassword(ports, input)).ok).toBe(true);
      expect((await bob(ports)).language).toBe("fr");
    }
  });
});

describe("resetting a password", () => {
  it("replaces it, ends every session, and does not log in", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const sessions = [await loggedIn(ports), await loggedIn(ports)];
    const result = await reset(ports, await resetTokenFor(ports));
    expect(result).toMatchObject({ ok: true, value: { user: { epoch: 1 } } });
    for (const { token } of sessions) expect(await checkSession(ports, token)).toBeUndefined();
    expect((await logIn(ports, { email: EMAIL, password: PASSWORD })).ok).toBe(false);
    expect((await logIn(ports, { email: EMAIL, password: "NewPwd" })).ok).toBe(true);
    expect(await eventTypes(ports)).toContain("user.password_changed");
  });

  it("works once for each token, and the first use ends the others", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const [used, sibling] = [await mailedTokenFor(ports), await mailedTokenFor(ports)];
    expect((await reset(ports, used)).ok).toBe(true);
    expect(await reset(ports, used)).toEqual(invalid);
    expect(await reset(ports, sibling)).toEqual(invalid);
    expect((await reset(ports, await resetTokenFor(ports))).ok).toBe(true);
  });

  it("leaves the earlier token valid when a newer request fails", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await resetTokenFor(ports);
    const append = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, events: { ...ports.events, append } };
    await expect(requestReset(broken, { email: EMAIL })).rejects.toThrow(Unavailable);
    expect((await reset(ports, token)).ok).toBe(true);
  });

  it("refuses a token that a newer request has replaced, under open disclosure", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const [first, second] = [await resetTokenFor(ports), await resetTokenFor(ports)];
    expect(await reset(ports, first)).toEqual(invalid);
    expect((await reset(ports, second)).ok).toBe(true);
  });

  it("lets one of a hundred simultaneous uses win", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await resetTokenFor(ports);
    const uses = Array.from({ length: 100 }, (_, index) => reset(ports, token, `NewPwd${index}`));
    const results = await Promise.all(uses);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(
      (await eventTypes(ports)).filter((type) => type === "user.password_changed"),
    ).toHaveLength(1);
  });

  it("refuses a used token that the token store brings back", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await resetTokenFor(ports);
    const hash = ports.tokenFactory.hashToken(token);
    const claim = await ports.tokens.find("password_reset", hash);
    await reset(ports, token);
    if (claim) await ports.tokens.put(hash, claim, 60_000);
    expect(claim).toBeDefined();
    expect(await reset(ports, token)).toEqual(invalid);
  });

  it("refuses a token from before the user was disabled, also when enabled again", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const token = await resetTokenFor(ports);
    await disableUser(ports, id);
    expect(await reset(ports, token)).toEqual(invalid);
    expect(await requestReset(ports, { email: EMAIL })).toEqual({
      ok: false,
      error: "email_unknown",
    });
    await enableUser(ports, id);
    expect(await reset(ports, token)).toEqual(invalid);
  });

  it("refuses a user who is disabled at the last moment", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const token = await resetTokenFor(ports);
    const hasher = meanwhile(ports.hasher, "hash", () => disableUser(ports, id));
    expect(await reset({ ...ports, hasher }, token)).toEqual(invalid);
  });

  it("refuses another's address with the token", async () => {
    const ports = memoryPorts();
    await registered(ports);
    await registerUser(ports, { email: "eve@example.com", password: PASSWORD });
    const token = await resetTokenFor(ports);
    for (const email of ["eve@example.com", "nobody@example.com", ""]) {
      expect(await resetPassword(ports, { email, token, newPassword: "NewPwd" })).toEqual(invalid);
    }
    const spelt = await resetPassword(ports, {
      email: "BOB@example.com",
      token,
      newPassword: "NewPwd",
    });
    expect(spelt.ok).toBe(true);
  });

  it("refuses a token that is too old", async () => {
    const clock = memoryClock();
    const ports = memoryPorts({ clock });
    await registered(ports);
    const token = await resetTokenFor(ports);
    clock.advance(15 * 60_000);
    expect(await reset(ports, token)).toEqual(invalid);
  });

  it.each([
    ["", "password_too_short"],
    ["x".repeat(73), "password_too_long"],
    ["a\0b", "password_malformed"],
  ])("does not use up the token on the refused password %o", async (newPassword, error) => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await resetTokenFor(ports);
    expect(await reset(ports, token, newPassword)).toEqual({ ok: false, error });
    expect((await reset(ports, token)).ok).toBe(true);
  });

  it("does not use up the token when hashing is at capacity", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await resetTokenFor(ports);
    const hash = () => Promise.reject(new Unavailable("at capacity"));
    await expect(reset({ ...ports, hasher: { ...ports.hasher, hash } }, token)).rejects.toThrow(
      Unavailable,
    );
    expect((await reset(ports, token)).ok).toBe(true);
  });

  it("ends the sessions on a retry, if Redis was not told the first time", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token: session } = await loggedIn(ports);
    const token = await resetTokenFor(ports);
    const syncUser = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, syncUser } };
    const input = { email: EMAIL, token, newPassword: "NewPwd", idempotencyKey: "once" };
    await expect(resetPassword(broken, input)).rejects.toThrow(Unavailable);
    expect(await checkSession(ports, session)).toBeDefined();
    expect((await resetPassword(ports, input)).ok).toBe(true);
    expect(await checkSession(ports, session)).toBeUndefined();
  });

  it("stands if Redis was not told, and the worker tells it later", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token: session } = await loggedIn(ports);
    const syncUser = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, syncUser } };
    await expect(reset(broken, await resetTokenFor(ports))).rejects.toThrow(Unavailable);
    expect((await bob(ports)).epoch).toBe(1);
    // As the worker does, after the committed event.
    await ports.sessions.syncUser(await bob(ports));
    expect(await checkSession(ports, session)).toBeUndefined();
  });
});
