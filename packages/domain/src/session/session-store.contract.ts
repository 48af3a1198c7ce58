import { describe, expect, it } from "vitest";
import { aHash, aTokenHash, aUser } from "../user/user.fixture.ts";
import { MAX_SESSIONS, type SessionRules } from "./session.ts";
import { sessionLifetimeContract } from "./session-lifetime.contract.ts";
import type { SessionOpening } from "./session-store.ts";
import {
  anOpening,
  idOf,
  ids,
  openedIn,
  raiseEpoch,
  RULES,
  type SessionWorld,
} from "./session-store.fixture.ts";

/**
 * What every SessionStore does, with a copy of the user or with a join.
 *
 * @example
 *   describe("sessions", () => sessionStoreContract(async () => ({ sessions, users, pass })));
 */
export function sessionStoreContract(open: () => Promise<SessionWorld>): void {
  const opened = async (count = 1, rules: Partial<SessionRules> = {}) =>
    await openedIn(await open(), count, rules);

  describe("opening and checking", () => {
    it("answers a check with the session and its user", async () => {
      const { sessions, users } = await open();
      const user = await aUser(users);
      const opening = anOpening(user);
      const session = await sessions.open(opening);
      expect(session).toMatchObject({ id: idOf(opening), userId: user.id, epoch: 0 });
      const { id, email, emailVerifiedAt } = user;
      expect(await sessions.check(user.id, opening.tokenHash, RULES)).toEqual({
        session,
        user: { id, email, emailVerifiedAt },
      });
    });

    it("knows neither another token nor another user's", async () => {
      const { sessions, users, user, opening } = await opened();
      const other = await aUser(users);
      await sessions.open(anOpening(other));
      expect(await sessions.check(user.id, aTokenHash(), RULES)).toBeUndefined();
      expect(await sessions.check(other.id, opening.tokenHash, RULES)).toBeUndefined();
      expect(await sessions.check(ids.userId(), opening.tokenHash, RULES)).toBeUndefined();
    });

    it("opens none for a log-in that a later epoch has overtaken", async () => {
      const { sessions, users, user, opening, isLive } = await opened();
      await sessions.syncUser(await raiseEpoch(users, user));
      const late = anOpening(user);
      expect(await sessions.open(late)).toBeUndefined();
      expect(await isLive(late)).toBe(false);
      expect(await isLive(opening)).toBe(false);
    });

    it("ends no session of a later epoch for a log-in that is refused", async () => {
      const { sessions, users, user, isLive } = await opened();
      const renewed = await raiseEpoch(users, user);
      await sessions.syncUser(renewed);
      const fresh = anOpening(renewed);
      await sessions.open(fresh);
      expect(await sessions.open(anOpening(user))).toBeUndefined();
      expect(await isLive(fresh)).toBe(true);
    });

    it("takes a later epoch from a log-in, even without a sync", async () => {
      const { sessions, users, user, opening, isLive } = await opened();
      const fresh = anOpening(await raiseEpoch(users, user));
      expect(await sessions.open(fresh)).toMatchObject({ epoch: 1 });
      expect(await isLive(fresh)).toBe(true);
      expect(await isLive(opening)).toBe(false);
    });

    it("knows that the tenth epoch comes after the ninth", async () => {
      const { sessions, users } = await open();
      let user = await aUser(users);
      for (let epoch = 0; epoch < 9; epoch += 1) user = await raiseEpoch(users, user);
      const ninth = anOpening(user);
      expect(await sessions.open(ninth)).toMatchObject({ epoch: 9 });
      const tenth = anOpening(await raiseEpoch(users, user));
      expect(await sessions.open(tenth)).toMatchObject({ epoch: 10 });
      expect(await sessions.open(anOpening(user))).toBeUndefined();
      expect((await sessions.list(user.id)).map(({ id }) => id)).toEqual([idOf(tenth)]);
      await sessions.syncUser(await raiseEpoch(users, tenth.user));
      expect(await sessions.list(user.id)).toEqual([]);
    });

    it("takes nothing older about the user from a log-in of the same epoch that comes late", async () => {
      const { sessions, users, user, opening } = await opened();
      const change = { userId: user.id, expectedEpoch: 0, keepsPassword: true };
      const verified = await users.verifyEmail(change, []);
      if (verified) await sessions.syncUser(verified);
      await sessions.open(anOpening(user));
      const checked = await sessions.check(user.id, opening.tokenHash, RULES);
      expect(checked?.user.emailVerifiedAt).toEqual(verified?.emailVerifiedAt);
      expect(verified?.emailVerifiedAt).toBeDefined();
    });

    it("counts no dead session when one more is opened", async () => {
      const { sessions, user, opening, isLive, pass } = await opened();
      for (let n = 1; n < MAX_SESSIONS; n += 1) {
        await sessions.open(anOpening(user, { idleMs: 30, absoluteMs: 30 }));
      }
      await pass(40);
      await sessions.open(anOpening(user));
      expect(await isLive(opening)).toBe(true);
    });

    it(`ends the oldest session when one more than ${MAX_SESSIONS} is opened`, async () => {
      const { sessions, user, openings, isLive } = await opened(MAX_SESSIONS + 1);
      const listed = await sessions.list(user.id);
      expect(listed.map(({ id }) => id)).toEqual(openings.slice(1).map(idOf));
      const [first, second] = openings;
      expect(first && (await isLive(first))).toBe(false);
      expect(second && (await isLive(second))).toBe(true);
    });
  });

  describe("continuing", () => {
    it("opens a session as old as the one whose place it takes, that lasts no longer", async () => {
      const { sessions, users, user, pass, openings } = await opened();
      const [before] = await sessions.list(user.id);
      const renewed = await raiseEpoch(users, user);
      await sessions.syncUser(renewed);
      await pass(5);
      const opening = { ...anOpening(renewed), replaces: before, remembered: true };
      const session = await sessions.open(opening);
      expect(session).toMatchObject({ id: idOf(opening), epoch: 1, remembered: true });
      expect(session?.createdAt).toEqual(before?.createdAt);
      expect(session?.absoluteExpiresAt).toEqual(before?.absoluteExpiresAt);
      expect(session?.lastSeenAt.getTime()).toBeGreaterThan(before?.lastSeenAt.getTime() ?? 0);
      const checked = await sessions.check(user.id, opening.tokenHash, RULES);
      expect(checked?.session).toEqual(session);
      expect(await sessions.list(user.id)).toEqual([session]);
      expect(before?.remembered).toBe(false);
      expect(openings[0] && idOf(openings[0])).not.toBe(session?.id);
    });

    it("ends at the first one's absolute limit", async () => {
      const { sessions, users, user, pass, isLive } = await opened(1, { absoluteMs: 250 });
      const [before] = await sessions.list(user.id);
      const renewed = await raiseEpoch(users, user);
      const opening = { ...anOpening(renewed), replaces: before };
      await sessions.open(opening);
      expect(await isLive(opening)).toBe(true);
      await pass(260);
      expect(await isLive(opening)).toBe(false);
    });
  });

  describe("ending", () => {
    it("ends one session for good and leaves the others", async () => {
      const { sessions, user, openings, isLive } = await opened(3);
      const [first, second, third] = openings as [SessionOpening, SessionOpening, SessionOpening];
      await sessions.end(user.id, idOf(second));
      await sessions.end(user.id, idOf(second));
      expect(await Promise.all([first, second, third].map(isLive))).toEqual([true, false, true]);
      expect((await sessions.list(user.id)).map(({ id }) => id)).toEqual([first, third].map(idOf));
    });

    it("gives the session that it ended, if it was live", async () => {
      const { sessions, users, user, opening, pass } = await opened(1, { idleMs: 200 });
      const [live] = await sessions.list(user.id);
      expect(live).toBeDefined();
      expect(await sessions.end(user.id, idOf(opening))).toEqual(live);
      expect(await sessions.end(user.id, idOf(opening))).toBeUndefined();
      const idle = anOpening(user, { idleMs: 20 });
      await sessions.open(idle);
      await pass(30);
      expect(await sessions.end(user.id, idOf(idle))).toBeUndefined();
      const overtaken = anOpening(user);
      await sessions.open(overtaken);
      await sessions.syncUser(await raiseEpoch(users, user));
      expect(await sessions.end(user.id, idOf(overtaken))).toBeUndefined();
      expect(await sessions.end(ids.userId(), idOf(opening))).toBeUndefined();
    });

    it("does not end a session in another user's name", async () => {
      const { sessions, users, opening, isLive } = await opened();
      const other = await aUser(users);
      await sessions.end(other.id, idOf(opening));
      expect(await isLive(opening)).toBe(true);
    });
  });

  describe("forgetting", () => {
    it("ends every session of a user who is gone, and leaves other users'", async () => {
      const { sessions, users, user, openings, isLive } = await opened(2);
      const other = await aUser(users);
      const theirs = anOpening(other);
      await sessions.open(theirs);
      await users.delete(user.id, []);
      await sessions.deleteUser(user.id);
      await sessions.deleteUser(user.id);
      expect(await Promise.all(openings.map(isLive))).toEqual([false, false]);
      expect(await sessions.list(user.id)).toEqual([]);
      expect(await sessions.check(other.id, theirs.tokenHash, RULES)).toBeDefined();
    });
  });

  describe("projecting", () => {
    it("ends every session from before a raised epoch, and keeps those born after", async () => {
      const { sessions, users, user, openings, isLive } = await opened(3);
      const renewed = await raiseEpoch(users, user);
      await sessions.syncUser(renewed);
      const fresh = anOpening(renewed);
      await sessions.open(fresh);
      await sessions.syncUser(renewed);
      await sessions.syncUser(user); // late: an older revision
      expect(await Promise.all(openings.map(isLive))).toEqual([false, false, false]);
      expect(await isLive(fresh)).toBe(true);
      expect(await sessions.list(user.id)).toHaveLength(1);
    });

    it("keeps sessions when only the revision has risen", async () => {
      const { sessions, users, user, opening, isLive } = await opened();
      const rehash = { userId: user.id, expectedEpoch: 0, expectedHash: aHash() };
      const renewed = await users.rehash({ ...rehash, passwordHash: aHash("anew") });
      if (renewed) await sessions.syncUser(renewed);
      expect(renewed).toBeDefined();
      expect(await isLive(opening)).toBe(true);
    });

    it("holds no session for a user who never logged in", async () => {
      const { sessions, users } = await open();
      const user = await aUser(users);
      await sessions.syncUser(await raiseEpoch(users, user));
      expect(await sessions.list(user.id)).toEqual([]);
    });
  });

  describe("lifetimes", () => sessionLifetimeContract(open));
}
