import { describe, expect, it } from "vitest";
import { bob, eventTypes, loggedIn, registered } from "../journey.fixture.ts";
import { memoryClock, memoryPorts } from "../memory.ts";
import { Unavailable } from "../unavailable.ts";
import { checkSession } from "./check-session.ts";
import { logOut } from "./log-out.ts";

describe("logging out", () => {
  it("ends this session and no other, and says so in an event", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const [one, other] = [await loggedIn(ports), await loggedIn(ports)];
    expect(await logOut(ports, one.token)).toEqual({ ok: true, value: undefined });
    expect(await checkSession(ports, one.token)).toBeUndefined();
    expect(await checkSession(ports, other.token)).toBeDefined();
    const events = await ports.events.list((await bob(ports)).id, 10);
    expect(events.at(-1)).toMatchObject({
      type: "session.revoked",
      data: { sessionId: one.session.id, by: "log_out" },
    });
  });

  it.each([undefined, "", "nonsense"])("refuses %o, and keeps no event", async (token) => {
    const ports = memoryPorts();
    await registered(ports);
    expect(await logOut(ports, token)).toEqual({ ok: false, error: "session_missing" });
    expect(await eventTypes(ports)).toEqual(["user.created"]);
  });

  it("refuses a session that has ended already", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    await logOut(ports, token);
    expect(await logOut(ports, token)).toEqual({ ok: false, error: "session_missing" });
  });

  it("ends the session even when its event cannot be kept, and tells the caller to try again", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const revoke = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, ledger: { ...ports.ledger, revoke } };
    await expect(logOut(broken, token)).rejects.toThrow(Unavailable);
    expect(await checkSession(ports, token)).toBeUndefined();
  });

  it("keeps the event before it ends the session, so that a crash in between is made good", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const end = () => Promise.reject(new Unavailable("Redis does not answer"));
    await expect(logOut({ ...ports, sessions: { ...ports.sessions, end } }, token)).rejects.toThrow(
      Unavailable,
    );
    expect(await eventTypes(ports)).toContain("session.revoked");
    // The next try finds its event stored, ends the session, and succeeds.
    expect(await logOut(ports, token)).toEqual({ ok: true, value: undefined });
    expect(await checkSession(ports, token)).toBeUndefined();
    expect((await eventTypes(ports)).filter((type) => type === "session.revoked")).toHaveLength(1);
  });

  it("asks the session store once, and keeps no event of a token that was never given out", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { id: userId } = await bob(ports);
    const { token } = ports.tokenFactory.createSessionToken(userId);
    const asked: string[] = [];
    const sessions = new Proxy(ports.sessions, {
      get: (target, name, receiver) => (
        asked.push(String(name)),
        Reflect.get(target, name, receiver)
      ),
    });
    expect(await logOut({ ...ports, sessions }, token)).toEqual({
      ok: false,
      error: "session_missing",
    });
    expect(asked).toEqual(["end"]);
    expect(await eventTypes(ports)).toEqual(["user.created"]);
  });

  it("says so of a session that was idle for too long, and refuses one that is over", async () => {
    const clock = memoryClock();
    const ports = memoryPorts({ clock });
    await registered(ports);
    const [idle, over] = [await loggedIn(ports), await loggedIn(ports)];
    clock.advance(ports.policy.session.idleMs);
    expect(await logOut(ports, idle.token)).toEqual({ ok: true, value: undefined });
    expect((await eventTypes(ports)).filter((type) => type === "session.revoked")).toHaveLength(1);
    clock.advance(ports.policy.session.absoluteMs);
    expect(await logOut(ports, over.token)).toEqual({ ok: false, error: "session_missing" });
    expect((await eventTypes(ports)).filter((type) => type === "session.revoked")).toHaveLength(1);
  });

  it("keeps one event of many at once, and succeeds when it is tried again after a fault", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const [many, again] = [await loggedIn(ports), await loggedIn(ports)];
    await Promise.all(Array.from({ length: 5 }, () => logOut(ports, many.token)));
    expect((await eventTypes(ports)).filter((type) => type === "session.revoked")).toHaveLength(1);
    const revoke = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, ledger: { ...ports.ledger, revoke } };
    await expect(logOut(broken, again.token)).rejects.toThrow(Unavailable);
    expect(await logOut(ports, again.token)).toEqual({ ok: true, value: undefined });
  });

  it("keeps the event of a session that only the session store knows, if the epoch is the user's", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    // Postgres was restored from a backup, so the ledger has no record of the session.
    const revoke: typeof ports.ledger.revoke = async (session, ...given) =>
      session.epoch === undefined ? undefined : await ports.ledger.revoke(session, ...given);
    const restored = { ...ports, ledger: { ...ports.ledger, revoke } };
    expect(await logOut(restored, token)).toEqual({ ok: true, value: undefined });
    expect(await eventTypes(ports)).toContain("session.revoked");
    expect(await logOut(restored, token)).toEqual({ ok: false, error: "session_missing" });
  });
});

describe("checking a session", () => {
  it("asks one store once, and no other", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const { policy, tokenFactory, sessions } = ports;
    let calls = 0;
    const check: typeof sessions.check = (...given) => {
      calls += 1;
      return sessions.check(...given);
    };
    expect(
      await checkSession({ policy, tokenFactory, sessions: { ...sessions, check } }, token),
    ).toBeDefined();
    expect(calls).toBe(1);
  });
});
