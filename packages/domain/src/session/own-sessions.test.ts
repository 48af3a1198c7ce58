import { describe, expect, it } from "vitest";
import {
  EMAIL,
  eventTypes,
  loggedIn,
  meanwhile,
  opened,
  PASSWORD,
  registered,
} from "../journey.fixture.ts";
import { memoryClock, memoryPorts } from "../memory.ts";
import { coursePolicy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { Unavailable } from "../unavailable.ts";
import { checkSession } from "./check-session.ts";
import { endOtherSessions } from "./end-own-sessions.ts";
import { endSession } from "./end-session.ts";
import { listSessions } from "./list-sessions.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";

const missing = { ok: false, error: "session_missing" };
const isLive = async (ports: Ports, token: string | undefined) =>
  (await checkSession(ports, token)) !== undefined;

describe("listing sessions", () => {
  it("says where each was opened from, and which one asks", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const client = { device: "Firefox on Linux", network: "192.0.2.0/24" };
    const first = await logIn(ports, { email: EMAIL, password: PASSWORD, client, remember: true });
    const { token } = await loggedIn(ports);
    const listed = await listSessions(ports, token);
    expect(listed).toMatchObject({
      ok: true,
      value: [
        { ...client, isCurrent: false, remembered: true },
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

  it("is refused to a session that was revoked, though the session store does not know yet", async () => {
    const { ports, own, other } = await opened();
    const end = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, end } };
    await expect(logOut(broken, own.token)).rejects.toThrow(Unavailable);
    expect(await endSession(ports, own.token, other.session.id)).toEqual(missing);
    expect(await isLive(ports, own.token)).toBe(false);
    expect(await isLive(ports, other.token)).toBe(true);
  });

  it("finishes what an earlier try committed before it crashed", async () => {
    const { ports, own, other } = await opened();
    const end = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, end } };
    for (const { session } of [other, own]) {
      await expect(endSession(broken, own.token, session.id)).rejects.toThrow(Unavailable);
      const wasCurrent = session === own.session;
      expect(await endSession(ports, own.token, session.id)).toEqual({
        ok: true,
        value: { wasCurrent },
      });
    }
    expect([await isLive(ports, own.token), await isLive(ports, other.token)]).toEqual([
      false,
      false,
    ]);
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
    const ledger = meanwhile(ports.ledger, "revoke", () => renew(ports, own.token));
    expect(await logOut({ ...ports, ledger }, own.token)).toEqual(missing);
    expect(await isLive(ports, own.token)).toBe(false);
    expect(await eventTypes(ports)).not.toContain("session.revoked");
  });
});
