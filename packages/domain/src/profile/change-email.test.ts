import { describe, expect, it } from "vitest";
import { bob, EMAIL, loggedIn, meanwhile, PASSWORD, registered } from "../journey.fixture.ts";
import { memoryPorts } from "../memory.ts";
import { coursePolicy, strictPolicy } from "../policy.ts";
import { checkSession } from "../session/check-session.ts";
import { logOut } from "../session/log-out.ts";
import { registerUser } from "../registration/register-user.ts";
import { changeEmail } from "./change-email.ts";
import { canLogIn, invalid, mailedToken, NEXT, wanted } from "../verification/links.fixture.ts";
import { verifyEmail } from "../verification/verify-email.ts";

describe("a change of address", () => {
  it("changes nothing until the link is used, and then ends every session but the one that uses it", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const other = await loggedIn(ports);
    const { link, session: sessionToken } = await wanted(ports);
    expect((await ports.users.findById(id))?.email).toBe(EMAIL);
    const result = await verifyEmail(ports, { token: link, sessionToken });
    if (!result.ok || result.value.outcome.kind !== "changed") throw new Error("it was changed");
    expect(result.value.user).toMatchObject({ email: NEXT, emailVerifiedAt: expect.any(Date) });
    const renewed = await checkSession(ports, result.value.outcome.renewed?.token);
    expect(renewed?.user).toMatchObject({ email: NEXT });
    for (const token of [other.token, sessionToken])
      expect(await checkSession(ports, token)).toBeUndefined();
    expect([await canLogIn(ports, EMAIL), await canLogIn(ports, NEXT)]).toEqual([false, true]);
    expect(await verifyEmail(ports, { token: link, sessionToken })).toEqual(invalid);
  });

  it.each([
    ["to the victim's address", NEXT],
    ["to the very address that is squatted", EMAIL],
  ])("%s gains an attacker nothing: the link clears the password", async (_, email) => {
    const ports = memoryPorts({
      policy: { ...strictPolicy, disclosure: "open", verification: coursePolicy.verification },
    });
    await registerUser(ports, { email: EMAIL, password: PASSWORD });
    const { link, session } = await wanted(ports, email);
    const result = await verifyEmail(ports, { token: link });
    expect(result).toMatchObject({ ok: true, value: { outcome: { kind: "password_cleared" } } });
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
