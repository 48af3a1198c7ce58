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
import { memoryClock, memoryPorts } from "../memory.ts";
import { changePassword } from "../profile/change-password.ts";
import { coursePolicy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { Unavailable } from "../unavailable.ts";
import { checkSession } from "./check-session.ts";
import { endAllSessions, endOtherSessions } from "./end-own-sessions.ts";
import { endSession } from "./end-session.ts";
import { listSessions } from "./list-sessions.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";

const MINUTE_MS = 60_000;
const missing = { ok: false, error: "session_missing" };
const isLive = async (ports: Ports, token: string | undefined) =>
  (await checkSession(ports, token)) !== undefined;

/** Bob with two sessions. */
async function opened(given: Partial<Ports> = {}) {
  const ports = memoryPorts(given);
  const user = await registered(ports);
  const [own, other] = [await loggedIn(ports), await loggedIn(ports)];
  return { ports, user, own, other };
}

describe("listing sessions", () => {
  it("says where each was opened from, and which one asks", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const origin = { device: "Firefox on Linux", network: "192.0.2.0/24" };
    const first = await logIn(ports, { email: EMAIL, password: PASSWORD, origin, remember: true });
    const { token } = await loggedIn(ports);
    const listed = await listSessions(ports, token);
    expect(listed).toMatchObject({
      ok: true,
      value: [
        { ...origin, isCurrent: false, remembered: true },
        { device: undefined, network: undefined, isCurrent: true, remembered: false },
      ],
    });
    expect(await listSessions(ports, "no token")).toEqual(missing);
    expect(first.ok).toBe(true);
  });

  it("gives a remembered session the longer lifetimes", async () => {
    const clock = memoryClock();
    const ports = memoryPorts({ clock });
    await registered(ports);
    const long = await logIn(ports, { email: EMAIL, password: PASSWORD, remember: true });
    const short = await loggedIn(ports);
    clock.advance(coursePolicy.session.idleMs);
    expect(await isLive(ports, short.token)).toBe(false);
    expect(await isLive(ports, long.ok ? long.value.token : undefined)).toBe(true);
  });
});

describe("ending one session", () => {
  it("ends it, with an event, and no other", async () => {
    const { ports, own, other } = await opened();
    const ended = await endSession(ports, own.token, other.session.id);
    expect(ended).toEqual({ ok: true, value: { wasCurrent: false } });
    expect(await isLive(ports, other.token)).toBe(false);
    expect(await endSession(ports, own.token, own.session.id)).toMatchObject({
      value: { wasCurrent: true },
    });
    expect(await isLive(ports, own.token)).toBe(false);
    expect((await eventTypes(ports)).filter((type) => type === "session.revoked")).toHaveLength(2);
  });

  it("is not acknowledged when that session was renewed meanwhile", async () => {
    const { ports, own, other } = await opened();
    const sessions = meanwhile(
      ports.sessions,
      "list",
      () => endOtherSessions(ports, other.token),
      "after",
    );
    expect(await endSession({ ...ports, sessions }, own.token, other.session.id)).toEqual(missing);
    expect(await isLive(ports, own.token)).toBe(false);
  });

  it.each([
    ["", endOtherSessions],
    [
      ", though the session store has not been told yet",
      async (ports: Ports, token: string | undefined) => {
        const checked = await checkSession(ports, token);
        return checked && (await ports.users.raiseEpoch(checked.session, []));
      },
    ],
  ])("is not acknowledged by a log-out either%s", async (_, renew) => {
    const { ports, own } = await opened();
    const users = meanwhile(ports.users, "revokeOwn", () => renew(ports, own.token));
    expect(await logOut({ ...ports, users }, own.token)).toEqual(missing);
    expect(await isLive(ports, own.token)).toBe(false);
    expect(await eventTypes(ports)).not.toContain("session.revoked");
  });
});

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
      const users = meanwhile(ports.users, "confirmEpoch", () => ports.events.append([event]));
      const result = await renew({ ...ports, users }, own.token);
      expect(result).toMatchObject({ ok: true, value: { renewed: undefined } });
      expect(await ports.sessions.list(userId)).toEqual([]);
    },
  );

  it.each(Object.entries(RENEWALS))(
    "by %s gives no session of an epoch that somebody else has made since",
    async (_, renew) => {
      const { ports, own } = await opened();
      // As after a COMMIT whose answer was lost: the row that is read again is of a later epoch.
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
    },
  );

  it("makes good on a retry what could not be projected", async () => {
    const { ports, own, other } = await opened();
    const project = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, project } };
    await expect(endAllSessions(broken, own.token)).rejects.toThrow(Unavailable);
    expect(await isLive(ports, other.token)).toBe(true);
    expect(await endAllSessions(ports, own.token)).toEqual(missing);
    expect(await isLive(ports, other.token)).toBe(false);
  });
});

describe("the current password", () => {
  const change = { newPassword: "NewPwd" };

  it("is not asked for while the log-in is new, and a renewal makes none new", async () => {
    const clock = memoryClock();
    const { ports, own } = await opened({ clock });
    const { freshMs } = ports.policy.reauthentication;
    clock.advance(freshMs - 1);
    const changed = await changePassword(ports, own.token, change);
    const renewed = changed.ok ? changed.value.renewed : undefined;
    expect(renewed).toBeDefined();
    clock.advance(1);
    const again = await changePassword(ports, renewed?.token, change);
    expect(again).toEqual({ ok: false, error: "password_required" });
  });

  it("is asked for although the clock of this process is slow", async () => {
    const clock = memoryClock();
    const slow = memoryClock(clock.now());
    const { ports, own } = await opened({ clock });
    clock.advance(ports.policy.reauthentication.freshMs + MINUTE_MS);
    const result = await changePassword({ ...ports, clock: slow }, own.token, change);
    expect(result).toEqual({ ok: false, error: "password_required" });
  });

  it.each(["wrong", "", "x".repeat(73)])(
    "is refused when it is %o, and nothing changes",
    async (currentPassword) => {
      const { ports, own } = await opened();
      const result = await changePassword(ports, own.token, { ...change, currentPassword });
      expect(result).toEqual({ ok: false, error: "password_wrong" });
      expect((await bob(ports)).epoch).toBe(0);
    },
  );
});
