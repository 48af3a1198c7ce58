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
import { memoryPorts } from "../memory.ts";
import { coursePolicy, strictPolicy } from "../policy.ts";
import { resetPassword } from "../recovery/reset-password.ts";
import { checkSession } from "../session/check-session.ts";
import { logIn } from "../session/log-in.ts";
import { logOut } from "../session/log-out.ts";
import { registerUser } from "../registration/register-user.ts";
import { asked, canLogIn, invalid } from "./links.fixture.ts";
import { requestVerification } from "./request-verification.ts";
import { verifyEmail } from "./verify-email.ts";

describe("a link that verifies an address", () => {
  it("keeps the password if the caller is logged in or sends it", async () => {
    for (const by of ["session", "password"]) {
      const ports = memoryPorts();
      await registered(ports);
      const { token: sessionToken } = await loggedIn(ports);
      const proof = by === "session" ? { sessionToken } : { password: PASSWORD };
      const result = await verifyEmail(ports, { token: await asked(ports), ...proof });
      expect(result).toMatchObject({ ok: true, value: { outcome: { kind: "verified" } } });
      expect(await bob(ports)).toMatchObject({ epoch: 0, emailVerifiedAt: expect.any(Date) });
      expect((await checkSession(ports, sessionToken))?.user.emailVerifiedAt).toBeDefined();
      expect(await canLogIn(ports, EMAIL)).toBe(true);
      expect(await eventTypes(ports)).toContain("user.email_verified");
    }
  });

  it("otherwise clears the password, ends every session, and returns a reset token", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const squatter = await loggedIn(ports);
    const resetToken = await resetTokenFor(ports);
    const result = await verifyEmail(ports, { token: await asked(ports) });
    if (!result.ok || result.value.outcome.kind !== "password_cleared")
      throw new Error("it was cleared");
    expect(await checkSession(ports, squatter.token)).toBeUndefined();
    expect(await canLogIn(ports, EMAIL)).toBe(false);
    expect((await reset(ports, resetToken)).ok).toBe(false);
    expect((await reset(ports, result.value.outcome.resetToken, "OwnersPwd")).ok).toBe(true);
    expect(await canLogIn(ports, EMAIL, "OwnersPwd")).toBe(true);
  });

  it("replaces the language that a stranger chose, unless the password is kept", async () => {
    const [de, fr] = [parseLanguage("de"), parseLanguage("fr")];
    for (const [proof, expected] of [
      [{ password: PASSWORD }, de],
      [{}, fr],
    ] as const) {
      const ports = memoryPorts();
      await registerUser(ports, { email: EMAIL, password: PASSWORD, caller: { language: de } });
      await verifyEmail(ports, { token: await asked(ports), caller: { language: fr }, ...proof });
      expect((await bob(ports)).language).toBe(expected);
    }
  });

  it("gives a reset token that no stranger's request replaces", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const result = await verifyEmail(ports, { token: await asked(ports) });
    if (!result.ok || result.value.outcome.kind !== "password_cleared")
      throw new Error("it was cleared");
    await resetTokenFor(ports);
    expect((await reset(ports, result.value.outcome.resetToken, "OwnersPwd")).ok).toBe(true);
  });

  it("accepts no session of another user as a proof, and none that was logged out", async () => {
    const ports = memoryPorts();
    await registered(ports);
    await registerUser(ports, { email: "eve@example.com", password: PASSWORD });
    const eve = await logIn(ports, { email: "eve@example.com", password: PASSWORD });
    const ended = await loggedIn(ports);
    await logOut(ports, ended.token);
    // A store that has lost the end of the session, and reports it as live.
    const check = async () => ({ session: ended.session, user: await bob(ports) });
    const forgetful = { ...ports, sessions: { ...ports.sessions, check } };
    const token = await asked(ports);
    expect(await verifyEmail(forgetful, { token, sessionToken: ended.token })).toEqual(invalid);
    const sessionToken = eve.ok ? eve.value.token : "";
    const result = await verifyEmail(ports, { token, sessionToken });
    expect(result).toMatchObject({ value: { outcome: { kind: "password_cleared" } } });
  });

  it("says so when the password is wrong, and spends nothing", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await asked(ports);
    const wrong = await verifyEmail(ports, { token, password: "wrong" });
    expect(wrong).toEqual({ ok: false, error: "password_wrong" });
    expect((await verifyEmail(ports, { token, password: PASSWORD })).ok).toBe(true);
    const again = await verifyEmail(ports, { token });
    expect(again).toMatchObject({ value: { outcome: { kind: "verified" } } });
    expect(await canLogIn(ports, EMAIL)).toBe(true);
  });

  it("dies with the epoch, and serves nothing but what it is for", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await asked(ports);
    expect((await reset(ports, token)).ok).toBe(false);
    expect(await verifyEmail(ports, { token: await resetTokenFor(ports) })).toEqual(invalid);
    await reset(ports, await resetTokenFor(ports));
    expect(await verifyEmail(ports, { token, password: "NewPwd" })).toEqual(invalid);
  });

  it("gives no reset token of a later epoch", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await asked(ports);
    const users = meanwhile(
      ports.users,
      "verifyEmail",
      async () => reset(ports, await resetTokenFor(ports), "OwnersPwd"),
      "after",
    );
    const late = {
      ...users,
      verifyEmail: async (...given: Parameters<typeof users.verifyEmail>) =>
        (await users.verifyEmail(...given)) && (await bob(ports)),
    };
    const result = await verifyEmail({ ...ports, users: late }, { token });
    if (!result.ok || result.value.outcome.kind !== "password_cleared")
      throw new Error("it was cleared");
    expect((await reset(ports, result.value.outcome.resetToken)).ok).toBe(false);
  });

  it("does not repeat the answer of an earlier reset after it cleared the password", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const input = {
      email: EMAIL,
      token: await resetTokenFor(ports),
      newPassword: "NewPwd",
      idempotencyKey: "key",
    };
    expect((await resetPassword(ports, input)).ok).toBe(true);
    expect((await resetPassword(ports, input)).ok).toBe(true);
    await verifyEmail(ports, { token: await asked(ports) });
    expect((await resetPassword(ports, input)).ok).toBe(false);
  });
});

describe("a reset whose token was mailed", () => {
  it("verifies the address; one that was in an answer does not", async () => {
    for (const byMail of [true, false]) {
      const ports = memoryPorts();
      const { id: userId } = await registered(ports);
      const { token, tokenHash } = ports.tokenFactory.createResetToken();
      const claim = { purpose: "password_reset", userId, epoch: 0, byMail } as const;
      await ports.tokens.put(tokenHash, claim, 60_000);
      expect((await reset(ports, token)).ok).toBe(true);
      expect((await bob(ports)).emailVerifiedAt !== undefined).toBe(byMail);
      expect((await eventTypes(ports)).includes("user.email_verified")).toBe(byMail);
    }
  });
});

describe("asking for the link again", () => {
  it("does and says the same for everybody when disclosure is closed", async () => {
    const ports = memoryPorts({ policy: { ...strictPolicy, limits: coursePolicy.limits } });
    await registered(ports);
    const calls: string[] = [];
    const users = meanwhile(ports.users, "findByEmail", async () => calls.push("find"));
    const events = meanwhile(ports.events, "append", async () => calls.push("append"));
    const watched = { ...ports, users, events };
    for (const email of [EMAIL, "nobody@example.com"])
      expect((await requestVerification(watched, { email })).ok).toBe(true);
    await verifyEmail(ports, { token: await asked(ports), password: PASSWORD });
    expect((await requestVerification(watched, { email: EMAIL })).ok).toBe(true);
    expect(calls).toEqual(["find", "append", "find", "append", "find", "append"]);
  });
});
