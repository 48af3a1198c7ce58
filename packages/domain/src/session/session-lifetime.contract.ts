import { expect, it } from "vitest";
import { aUser } from "../user/user.fixture.ts";
import type { SessionRules } from "./session.ts";
import { anOpening, HOUR_MS, openedIn, type SessionWorld } from "./session-store.fixture.ts";

/** How long every SessionStore keeps a session. */
export function sessionLifetimeContract(open: () => Promise<SessionWorld>): void {
  const opened = async (count = 1, rules: Partial<SessionRules> = {}) =>
    await openedIn(await open(), count, rules);

  it("ends a session that was idle for too long", async () => {
    const { pass, opening, isLive, sessions, user } = await opened(1, { idleMs: 40 });
    await pass(50);
    expect(await isLive(opening)).toBe(false);
    expect(await sessions.list(user.id)).toEqual([]);
  });

  it("ends a session at its absolute limit, however long it may be idle", async () => {
    const { pass, opening, isLive, sessions, user } = await opened(1, { absoluteMs: 40 });
    await pass(50);
    expect(await isLive(opening)).toBe(false);
    expect(await sessions.list(user.id)).toEqual([]);
  });

  it("moves the idle expiry with use, but only once an interval", async () => {
    const { sessions, users, pass } = await open();
    const user = await aUser(users);
    const opening = { ...anOpening(user), remembered: true };
    await sessions.open(opening);
    const check = (touchEveryMs: number) =>
      sessions.check(user.id, opening.tokenHash, { touchEveryMs });
    const [born] = await sessions.list(user.id);
    await pass(5);
    const untouched = await check(HOUR_MS);
    expect(untouched?.session).toEqual(born);
    const touched = await check(1);
    expect(touched?.session.lastSeenAt.getTime()).toBeGreaterThan(born?.lastSeenAt.getTime() ?? 0);
    const idle =
      touched && touched.session.idleExpiresAt.getTime() - touched.session.lastSeenAt.getTime();
    expect(idle).toBe(HOUR_MS);
    expect(touched?.session.absoluteExpiresAt).toEqual(born?.absoluteExpiresAt);
    expect(touched?.session.remembered).toBe(true);
    expect(await sessions.list(user.id)).toEqual([touched?.session]);
  });

  it("never lets use move the idle expiry past the absolute one", async () => {
    const { sessions, user, opening, pass } = await opened(1, { absoluteMs: HOUR_MS });
    await pass(5);
    const touched = await sessions.check(user.id, opening.tokenHash, { touchEveryMs: 1 });
    expect(touched?.session.idleExpiresAt).toEqual(touched?.session.absoluteExpiresAt);
  });

  it("lets a session outlive a younger one that is shorter", async () => {
    const { sessions, user, opening, isLive, pass } = await opened();
    await sessions.open(anOpening(user, { absoluteMs: 20, idleMs: 20 }));
    await pass(40);
    expect(await isLive(opening)).toBe(true);
  });
}
