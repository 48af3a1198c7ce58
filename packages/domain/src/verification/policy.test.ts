import { describe, expect, it } from "vitest";
import { bob, EMAIL, PASSWORD, registered } from "../journey.fixture.ts";
import { memoryClock, memoryPorts } from "../memory.ts";
import { coursePolicy, strictPolicy } from "../policy.ts";
import { verifyUser } from "../administration/verify-user.ts";
import { checkSession } from "../session/check-session.ts";
import { startSession } from "../session/start-session.ts";
import { logIn } from "../session/log-in.ts";
import { deleteUnverifiedUsers } from "../registration/delete-unverified-users.ts";
import { registerUser } from "../registration/register-user.ts";
import { canLogIn, mailedToken, NEXT } from "./links.fixture.ts";
import { verifyEmail } from "./verify-email.ts";

describe("under a policy that verifies addresses", () => {
  it("keeps as many events for a taken address as for a free one, and drops the second password", async () => {
    const ports = memoryPorts({ policy: { ...strictPolicy, limits: coursePolicy.limits } });
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
      expect(result).toEqual({ ok: true, value: { kind: "accepted" } });
    }
    expect(kept).toEqual([2, 2]);
    await verifyUser(ports, (await bob(ports)).id);
    expect([await canLogIn(ports, EMAIL), await canLogIn(ports, EMAIL, "OtherPassword")]).toEqual([
      true,
      false,
    ]);
  });

  it("refuses log-ins before it like a wrong password, if the policy says so", async () => {
    const ports = memoryPorts({ policy: strictPolicy });
    await registered(ports);
    const input = { email: EMAIL, password: PASSWORD };
    expect(await logIn(ports, input)).toEqual({ ok: false, error: "credentials_invalid" });
    await verifyEmail(ports, { token: await mailedToken(ports), password: PASSWORD });
    expect((await logIn(ports, input)).ok).toBe(true);
  });

  it("deletes only users who do not verify in time", async () => {
    const clock = memoryClock();
    const ports = memoryPorts({ clock, policy: strictPolicy });
    const late = await registered(ports);
    await registerUser(ports, { email: NEXT, password: PASSWORD });
    const session = await startSession(ports, late, {});
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
    expect(await ports.users.findById(late.id)).toBeUndefined();
    expect(verified && (await ports.users.findById(verified.id))).toBeDefined();
    expect(await checkSession(ports, session?.token)).toBeUndefined();
    expect((await ports.events.list(late.id, 10)).at(-1)?.type).toBe("user.deleted");
  });

  it("logs a new user in at once, if the policy says so", async () => {
    const policy = {
      ...strictPolicy,
      disclosure: "open",
      registration: { isOpen: true, logsIn: true },
    } as const;
    const ports = memoryPorts({ policy });
    expect(await registerUser(ports, { email: EMAIL, password: PASSWORD })).toMatchObject({
      value: { started: undefined },
    });
    const verification = { ...policy.verification, isRequired: false };
    const atOnce = memoryPorts({ policy: { ...policy, verification } });
    const result = await registerUser(atOnce, { email: EMAIL, password: PASSWORD });
    const token =
      result.ok && result.value.kind === "created" ? result.value.started?.token : undefined;
    expect((await checkSession(atOnce, token))?.user.email).toBe(EMAIL);
  });
});
