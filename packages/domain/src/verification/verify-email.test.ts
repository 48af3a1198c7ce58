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
import { memoryPorts } from "../memory.ts";
import { strictPolicy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import type { TokenPurpose } from "../recovery/token-store.ts";
import { resetPassword } from "../recovery/reset-password.ts";
import { checkSession } from "../session/check-session.ts";
import { logIn } from "../session/log-in.ts";
import { logOut } from "../session/log-out.ts";
import { deleteUnverifiedUsers } from "../user/delete-user.ts";
import { registerUser } from "../user/register-user.ts";
import { changeEmail } from "./change-email.ts";
import { requestVerification } from "./request-verification.ts";
import { verifyEmail } from "./verify-email.ts";

const NEXT = "robert@example.com";
const invalid = { ok: false, error: "verification_token_invalid" };

/** The token that is mailed for the newest of Bob's events; the worker does this. */
async function mailedToken(ports: Ports, purpose: TokenPurpose = "email_verification") {
  const user = await bob(ports);
  const event = (await ports.events.list(user.id, 100)).at(-1);
  if (!event) throw new Error("there is an event");
  const { token, tokenHash } = ports.secrets.mailedToken(purpose, event.id);
  const changeId = purpose === "email_change" ? event.id : undefined;
  const claim = { purpose, userId: user.id, epoch: user.epoch, byMail: true, changeId };
  await ports.tokens.put(tokenHash, claim, 60_000);
  return token;
}

async function asked(ports: Ports) {
  await requestVerification(ports, { email: EMAIL });
  return await mailedToken(ports);
}

async function wanted(ports: Ports, email = NEXT) {
  const { token } = await loggedIn(ports);
  const result = await changeEmail(ports, token, { email, currentPassword: PASSWORD });
  expect(result.ok).toBe(true);
  return { link: await mailedToken(ports, "email_change"), session: token };
}

const canLogIn = async (ports: Ports, email: string, password = PASSWORD) =>
  (await logIn(ports, { email, password })).ok;

describe("a link that verifies an address", () => {
  it("keeps the password for whoever is logged in, or sends it along", async () => {
    for (const by of ["session", "password"]) {
      const ports = memoryPorts();
      await registered(ports);
      const { token: sessionToken } = await loggedIn(ports);
      const proof = by === "session" ? { sessionToken } : { password: PASSWORD };
      const result = await verifyEmail(ports, { token: await asked(ports), ...proof });
      expect(result).toMatchObject({ ok: true, value: { did: { as: "verified" } } });
      expect(await bob(ports)).toMatchObject({ epoch: 0, emailVerifiedAt: expect.any(Date) });
      expect((await checkSession(ports, sessionToken))?.user.emailVerifiedAt).toBeDefined();
      expect(await canLogIn(ports, EMAIL)).toBe(true);
      expect(await eventTypes(ports)).toContain("user.email_verified");
    }
  });

  it("voids the password otherwise, ends every session, and goes on as a reset", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const squatter = await loggedIn(ports);
    const resetToken = await resetTokenFor(ports);
    const result = await verifyEmail(ports, { token: await asked(ports) });
    if (!result.ok || result.value.did.as !== "password_voided") throw new Error("it was voided");
    expect(await checkSession(ports, squatter.token)).toBeUndefined();
    expect(await canLogIn(ports, EMAIL)).toBe(false);
    expect((await reset(ports, resetToken)).ok).toBe(false);
    expect((await reset(ports, result.value.did.resetToken, "OwnersPwd")).ok).toBe(true);
    expect(await canLogIn(ports, EMAIL, "OwnersPwd")).toBe(true);
  });

  it("takes no session of somebody else's for a proof, and none that was logged out", async () => {
    const ports = memoryPorts();
    await registered(ports);
    await registerUser(ports, { email: "eve@example.com", password: PASSWORD });
    const eve = await logIn(ports, { email: "eve@example.com", password: PASSWORD });
    const ended = await loggedIn(ports);
    await logOut(ports, ended.token);
    // A store that has lost the end of it, and says that it is live.
    const check = async () => ({ session: ended.session, user: await bob(ports) });
    const forgetful = { ...ports, sessions: { ...ports.sessions, check } };
    const token = await asked(ports);
    expect(await verifyEmail(forgetful, { token, sessionToken: ended.token })).toEqual(invalid);
    const sessionToken = eve.ok ? eve.value.token : "";
    const result = await verifyEmail(ports, { token, sessionToken });
    expect(result).toMatchObject({ value: { did: { as: "password_voided" } } });
  });

  it("says so when the password is wrong, and spends nothing", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const token = await asked(ports);
    const wrong = await verifyEmail(ports, { token, password: "wrong" });
    expect(wrong).toEqual({ ok: false, error: "password_wrong" });
    expect((await verifyEmail(ports, { token, password: PASSWORD })).ok).toBe(true);
    const again = await verifyEmail(ports, { token });
    expect(again).toMatchObject({ value: { did: { as: "verified" } } });
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

  it("gives no reset token of an epoch that somebody else has made since", async () => {
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
    if (!result.ok || result.value.did.as !== "password_voided") throw new Error("it was voided");
    expect((await reset(ports, result.value.did.resetToken)).ok).toBe(false);
  });

  it("lets a voided password be no answer to a retry of an earlier reset", async () => {
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
      const { token, tokenHash } = ports.secrets.resetToken();
      const claim = { purpose: "password_reset", userId, epoch: 0, byMail } as const;
      await ports.tokens.put(tokenHash, claim, 60_000);
      expect((await reset(ports, token)).ok).toBe(true);
      expect((await bob(ports)).emailVerifiedAt !== undefined).toBe(byMail);
      expect((await eventTypes(ports)).includes("user.email_verified")).toBe(byMail);
    }
  });
});

describe("a change of address", () => {
  it("changes nothing until the link is used, and then ends every session but the one that uses it", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const other = await loggedIn(ports);
    const { link, session: sessionToken } = await wanted(ports);
    expect((await ports.users.find(id))?.email).toBe(EMAIL);
    const result = await verifyEmail(ports, { token: link, sessionToken });
    if (!result.ok || result.value.did.as !== "changed") throw new Error("it was changed");
    expect(result.value.user).toMatchObject({ email: NEXT, emailVerifiedAt: expect.any(Date) });
    const renewed = await checkSession(ports, result.value.did.renewed?.token);
    expect(renewed?.user).toMatchObject({ email: NEXT });
    for (const token of [other.token, sessionToken])
      expect(await checkSession(ports, token)).toBeUndefined();
    expect([await canLogIn(ports, EMAIL), await canLogIn(ports, NEXT)]).toEqual([false, true]);
    expect(await verifyEmail(ports, { token: link, sessionToken })).toEqual(invalid);
  });

  it.each([
    ["to the victim's address", NEXT],
    ["to the very address that is squatted", EMAIL],
  ])("%s gains a squatter nothing: the link voids the password", async (_, email) => {
    const ports = memoryPorts({ policy: { ...strictPolicy, disclosure: "open" } });
    await registerUser(ports, { email: EMAIL, password: PASSWORD });
    const { link, session } = await wanted(ports, email);
    const result = await verifyEmail(ports, { token: link });
    expect(result).toMatchObject({ ok: true, value: { did: { as: "password_voided" } } });
    expect(await checkSession(ports, session)).toBeUndefined();
    expect(await canLogIn(ports, email)).toBe(false);
  });

  it("renews no session that was logged out while it was under way", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const { link, session: sessionToken } = await wanted(ports);
    const emailChanges = meanwhile(ports.emailChanges, "confirm", () =>
      logOut(ports, sessionToken),
    );
    const result = await verifyEmail({ ...ports, emailChanges }, { token: link, sessionToken });
    expect(result).toEqual(invalid);
    expect(await ports.sessions.list(id)).toEqual([]);
  });

  it("is refused for an address that is taken where that may be said, and kept where not", async () => {
    const open = memoryPorts();
    const closed = memoryPorts({
      policy: { ...strictPolicy, verification: open.policy.verification },
    });
    for (const ports of [open, closed]) {
      await registerUser(ports, { email: EMAIL, password: PASSWORD });
      await registerUser(ports, { email: NEXT, password: PASSWORD });
      const { token } = await loggedIn(ports);
      const input = { email: NEXT, currentPassword: PASSWORD };
      const result = await changeEmail(ports, token, input);
      if (ports === open) expect(result).toEqual({ ok: false, error: "email_already_registered" });
      else {
        expect(result).toEqual({ ok: true, value: undefined });
        const link = await mailedToken(ports, "email_change");
        const late = await verifyEmail(ports, { token: link, password: PASSWORD });
        expect(late).toEqual({ ok: false, error: "email_already_registered" });
      }
      expect((await bob(ports)).email).toBe(EMAIL);
    }
  });

  it.each(["", "nonsense", "a@b"])("is refused for %o", async (email) => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const input = { email, currentPassword: PASSWORD };
    const expected = { ok: false, error: "email_invalid" };
    expect(await changeEmail(ports, token, input)).toEqual(expected);
  });
});

describe("asking for the link again", () => {
  it("does and says the same for everybody when disclosure is closed", async () => {
    const ports = memoryPorts({ policy: strictPolicy });
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

describe("under a policy that verifies addresses", () => {
  const required = {
    ...strictPolicy,
    verification: { ...strictPolicy.verification, isRequired: true },
  };

  it("keeps as many events for a taken address as for a free one, and drops the second password", async () => {
    const ports = memoryPorts({ policy: strictPolicy });
    const kept: number[] = [];
    for (const password of [PASSWORD, "OtherPassword"]) {
      const create = ports.users.create;
      const counting: typeof create = async (user, events, otherwise) => {
        const created = await create(user, events, otherwise);
        kept.push((created ? events : (otherwise ?? [])).length);
        return created;
      };
      const result = await registerUser(
        { ...ports, users: { ...ports.users, create: counting } },
        { email: EMAIL, password },
      );
      expect(result).toEqual({ ok: true, value: { as: "accepted" } });
    }
    expect(kept).toEqual([2, 2]);
    expect([await canLogIn(ports, EMAIL), await canLogIn(ports, EMAIL, "OtherPassword")]).toEqual([
      true,
      false,
    ]);
  });

  it("lets nobody log in before, if it says so, and refuses like a wrong password", async () => {
    const ports = memoryPorts({ policy: required });
    await registered(ports);
    const input = { email: EMAIL, password: PASSWORD };
    expect(await logIn(ports, input)).toEqual({ ok: false, error: "credentials_invalid" });
    await verifyEmail(ports, { token: await mailedToken(ports), password: PASSWORD });
    expect((await logIn(ports, input)).ok).toBe(true);
  });

  it("deletes who does not verify in time, and nobody else", async () => {
    const { memoryClock } = await import("../memory.ts");
    const clock = memoryClock();
    const ports = memoryPorts({ clock, policy: strictPolicy });
    const late = await registered(ports);
    await registerUser(ports, { email: NEXT, password: PASSWORD });
    const session = await loggedIn(ports);
    const verified = await ports.users.findByEmail(NEXT as never);
    if (verified)
      await ports.users.verifyEmail(
        { userId: verified.id, expectedEpoch: 0, keepsPassword: true },
        [],
      );
    clock.advance((strictPolicy.verification.unverifiedTtlMs ?? 0) - 1);
    expect(await deleteUnverifiedUsers(ports, 10)).toBe(0);
    clock.advance(1);
    expect(await deleteUnverifiedUsers(ports, 10)).toBe(1);
    expect(await ports.users.find(late.id)).toBeUndefined();
    expect(verified && (await ports.users.find(verified.id))).toBeDefined();
    expect(await checkSession(ports, session.token)).toBeUndefined();
    expect((await ports.events.list(late.id, 10)).at(-1)?.type).toBe("user.deleted");
  });

  it("logs in at once whoever registers, where it says so", async () => {
    const ports = memoryPorts({
      policy: { ...required, disclosure: "open", registration: { logsIn: true } },
    });
    expect(await registerUser(ports, { email: EMAIL, password: PASSWORD })).toMatchObject({
      value: { started: undefined },
    });
    const atOnce = memoryPorts({
      policy: { ...strictPolicy, disclosure: "open", registration: { logsIn: true } },
    });
    const result = await registerUser(atOnce, { email: EMAIL, password: PASSWORD });
    const token =
      result.ok && result.value.as === "created" ? result.value.started?.token : undefined;
    expect((await checkSession(atOnce, token))?.user.email).toBe(EMAIL);
  });
});
