import { describe, expect, it } from "vitest";
import { bob, meanwhile, opened, PASSWORD, reset, resetTokenFor } from "../journey.fixture.ts";
import { memoryClock } from "../memory.ts";
import type { Ports } from "../ports.ts";
import { changePassword } from "../profile/change-password.ts";
import { Unavailable } from "../unavailable.ts";
import { checkSession } from "./check-session.ts";
import { endAllSessions, endOtherSessions } from "./end-own-sessions.ts";
import { logOut } from "./log-out.ts";

const MINUTE_MS = 60_000;
const missing = { ok: false, error: "session_missing" };
const isLive = async (ports: Ports, token: string | undefined) =>
  (await checkSession(ports, token)) !== undefined;

describe("ending all others", () => {
  it("gives the one that asks a fresh token, as old as it was and with no longer to live", async () => {
    const clock = memoryClock();
    const { ports, own, other } = await opened({ clock });
    clock.advance(MINUTE_MS);
    const ended = await endOtherSessions(ports, own.token);
    const renewed = ended.ok ? ended.value.renewed : undefined;
    expect(renewed?.token).not.toBe(own.token);
    expect(renewed?.session.createdAt).toEqual(own.session.createdAt);
    expect(renewed?.session.absoluteExpiresAt).toEqual(own.session.absoluteExpiresAt);
    expect(await isLive(ports, renewed?.token)).toBe(true);
    expect(await isLive(ports, own.token)).toBe(false);
    expect(await isLive(ports, other.token)).toBe(false);
  });

  it("ends reset tokens too", async () => {
    const { ports, own } = await opened();
    const token = await resetTokenFor(ports);
    await endOtherSessions(ports, own.token);
    expect((await reset(ports, token)).ok).toBe(false);
  });

  const RENEWALS = {
    endOtherSessions,
    changePassword: (ports: Ports, token: string) =>
      changePassword(ports, token, { currentPassword: PASSWORD, newPassword: "NewPwd" }),
  };

  it.each(Object.entries(RENEWALS))(
    "by %s renews nothing that was logged out before the epoch rose",
    async (_, renew) => {
      const { ports, own } = await opened();
      const sessions = meanwhile(ports.sessions, "check", () => logOut(ports, own.token), "after");
      expect(await renew({ ...ports, sessions }, own.token)).toEqual(missing);
      expect(await ports.sessions.list((await bob(ports)).id)).toHaveLength(1);
    },
  );

  it.each(Object.entries(RENEWALS))(
    "by %s renews nothing that is revoked between the raise and its confirmation",
    async (_, renew) => {
      const { ports, own } = await opened();
      const { id: sessionId, userId } = own.session;
      const event = {
        id: ports.ids.eventId(),
        type: "session.revoked",
        version: 1,
        userId,
        occurredAt: new Date(),
        data: { sessionId, by: "log_out" },
      } as const;
      const ledger = meanwhile(ports.ledger, "confirm", () => ports.events.append([event]));
      const result = await renew({ ...ports, ledger }, own.token);
      expect(result).toMatchObject({ ok: true, value: { renewed: undefined } });
      expect(await ports.sessions.list(userId)).toEqual([]);
    },
  );

  it.each(Object.entries(RENEWALS))("by %s gives no session of a later epoch", async (_, renew) => {
    const { ports, own } = await opened();
    // As after an ambiguous COMMIT: the row that is read again has a later epoch.
    const late = async <Change>(change: Promise<Change>) => {
      await change;
      await reset(ports, await resetTokenFor(ports), "OwnersPwd");
      return await bob(ports);
    };
    const { raiseEpoch, replacePassword } = ports.users;
    const users = {
      ...ports.users,
      raiseEpoch: (...given: Parameters<typeof raiseEpoch>) => late(raiseEpoch(...given)),
      replacePassword: (...given: Parameters<typeof replacePassword>) =>
        late(replacePassword(...given)),
    };
    const result = await renew({ ...ports, users }, own.token);
    expect(result).toMatchObject({ ok: true, value: { renewed: undefined } });
    expect(await ports.sessions.list(own.session.userId)).toEqual([]);
  });

  // A new log-in needs no password, which a retry would have to name as it was before.
  const withoutPassword = (ports: Ports, token: string) =>
    changePassword(ports, token, { newPassword: "NewPwd" });

  it.each(Object.entries({ endAllSessions, endOtherSessions, changePassword: withoutPassword }))(
    "by %s finishes on a retry what Redis was not told",
    async (_, renew) => {
      const { ports, own, other } = await opened();
      const syncUser = () => Promise.reject(new Unavailable("Redis does not answer"));
      const broken = { ...ports, sessions: { ...ports.sessions, syncUser } };
      await expect(renew(broken, own.token)).rejects.toThrow(Unavailable);
      expect(await isLive(ports, other.token)).toBe(true);
      expect((await renew(ports, own.token)).ok).toBe(false);
      expect(await isLive(ports, other.token)).toBe(false);
    },
  );
});
