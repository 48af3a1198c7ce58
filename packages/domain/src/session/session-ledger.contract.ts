import { describe, expect, it } from "vitest";
import { aNewUser, anEvent, aSessionRef, aUser, revocationOf } from "../user/user.fixture.ts";
import type { User } from "../user/user.ts";
import { aSessionRecord, type LedgerWorld } from "./session-ledger.fixture.ts";
import type { SessionRecord } from "./session-ledger.ts";

const RACERS = 20;

/** A time in the past: the clock stands at 2026 in memory, and at the present in a database. */
const PAST = new Date("2020-01-01");

/**
 * What every SessionLedger does.
 *
 * @example
 *   describe("the ledger", () => sessionLedgerContract(async () => ({ ledger, users, events })));
 */
export function sessionLedgerContract(open: () => Promise<LedgerWorld>): void {
  /** Records a session of the user. */
  async function recorded({ ledger }: LedgerWorld, user: User): Promise<SessionRecord> {
    const session = aSessionRecord(user);
    expect(await ledger.confirm(session, anEvent(user.id))).toBe(true);
    return session;
  }

  describe("confirm", () => {
    it("records the session and its event while the epoch is the user's", async () => {
      const { ledger, users, events } = await open();
      const user = await aUser(users);
      const event = anEvent(user.id);
      const session = aSessionRecord(user, { device: "curl", network: "192.0.2.0/24" });
      expect(await ledger.confirm(session, event)).toBe(true);
      expect(await events.list(user.id, 10)).toEqual([event]);
      expect(await ledger.list(user.id, 100)).toEqual([session]);
      expect(await users.findById(user.id)).toEqual(user);
    });

    it("records nothing after the epoch has risen, or for a disabled or unknown user", async () => {
      const { ledger, users, events } = await open();
      const user = await aUser(users);
      const [zero, one] = [aSessionRecord(user), aSessionRecord(user, { epoch: 1 })];
      await users.disable(user.id, []); // raises the epoch to 1
      expect(await ledger.confirm(zero, anEvent(user.id))).toBe(false);
      expect(await ledger.confirm(one, anEvent(user.id))).toBe(false);
      await users.enable(user.id, []);
      expect(await ledger.confirm(zero, anEvent(user.id))).toBe(false);
      const unknown = aSessionRecord(user, { userId: aNewUser().id });
      expect(await ledger.confirm(unknown, anEvent(user.id))).toBe(false);
      expect(await events.list(user.id, 10)).toEqual([]);
      expect(await ledger.list(user.id, 100)).toEqual([]);
    });

    it("records no session that replaces a revoked one", async () => {
      const { ledger, users, events } = await open();
      const user = await aUser(users);
      const [revoked, other] = [aSessionRef(user), aSessionRef(user)];
      await events.append([revocationOf(revoked)]);
      const session = aSessionRecord(user);
      expect(await ledger.confirm(session, anEvent(user.id), revoked.id)).toBe(false);
      expect(await ledger.list(user.id, 100)).toEqual([]);
      expect(await ledger.confirm(session, anEvent(user.id), other.id)).toBe(true);
    });
  });

  describe("list", () => {
    it("returns ended sessions too, and nothing of a deleted user", async () => {
      const world = await open();
      const { ledger, users } = world;
      const user = await aUser(users);
      const sessions = [await recorded(world, user), await recorded(world, user)];
      await recorded(world, await aUser(users));
      await ledger.revoke(sessions[0] ?? aSessionRef(user), anEvent(user.id));
      const listed = await ledger.list(user.id, 100);
      expect(listed).toHaveLength(2);
      expect(listed).toEqual(expect.arrayContaining(sessions));
      await users.delete(user.id, []);
      expect(await ledger.list(user.id, 100)).toEqual([]);
    });
  });

  describe("revoke", () => {
    it("records the end of a session once, while its epoch is the user's", async () => {
      const world = await open();
      const { ledger, users, events } = world;
      const user = await aUser(users);
      const [session, other] = [await recorded(world, user), await recorded(world, user)];
      const before = await events.list(user.id, 10);
      for (const ref of [session, { id: session.id, userId: user.id }]) {
        const isFirst = ref === session;
        expect(await ledger.revoke(ref, revocationOf(ref))).toBe(
          isFirst ? "revoked" : "already_revoked",
        );
      }
      expect(await events.list(user.id, 10)).toHaveLength(before.length + 1);
      await users.endSessions([user.id], []);
      for (const { id, userId, epoch } of [session, other]) {
        expect(await ledger.revoke({ id, userId, epoch }, revocationOf(other))).toBeUndefined();
        expect(await ledger.revoke({ id, userId }, revocationOf(other))).toBeUndefined();
      }
      expect(await events.list(user.id, 10)).toHaveLength(before.length + 1);
    });

    it("records the end of a session that it does not know, by the epoch that comes with it", async () => {
      const { ledger, users, events } = await open();
      const user = await aUser(users);
      const session = aSessionRef(user);
      const wrong = { ...session, epoch: 1 };
      expect(await ledger.revoke(wrong, revocationOf(session))).toBeUndefined();
      expect(await ledger.revoke(session, revocationOf(session))).toBe("revoked");
      expect(await ledger.revoke(session, revocationOf(session))).toBe("already_revoked");
      expect(await events.list(user.id, 10)).toHaveLength(1);
    });

    it("without an epoch, records nothing for an unknown, expired or another user's session", async () => {
      const world = await open();
      const { ledger, users, events } = world;
      const [user, other] = [await aUser(users), await aUser(users)];
      const theirs = await recorded(world, other);
      const expired = aSessionRecord(user, { expiresAt: PAST });
      await ledger.confirm(expired, anEvent(user.id));
      const before = await events.list(user.id, 10);
      for (const id of [aSessionRef(user).id, theirs.id, expired.id]) {
        const session = { id, userId: user.id };
        expect(await ledger.revoke(session, revocationOf(session))).toBeUndefined();
      }
      const nobody = { id: theirs.id, userId: aNewUser().id };
      expect(await ledger.revoke(nobody, revocationOf(nobody))).toBeUndefined();
      expect(await events.list(user.id, 10)).toEqual(before);
      expect(await events.list(other.id, 10)).toHaveLength(1);
    });

    it("records nothing for a disabled user, at any epoch", async () => {
      const world = await open();
      const { ledger, users, events } = world;
      const user = await aUser(users);
      const { id, userId } = await recorded(world, user);
      await users.disable(userId, []);
      for (const session of [
        { id, userId },
        { id, userId, epoch: 0 },
        { id, userId, epoch: 1 },
      ])
        expect(await ledger.revoke(session, revocationOf(session))).toBeUndefined();
      expect(await events.list(userId, 10)).toHaveLength(1);
    });

    it("records nothing unless the acting session is valid", async () => {
      const world = await open();
      const { ledger, users, events } = world;
      const user = await aUser(users);
      const [session, acting] = [await recorded(world, user), await recorded(world, user)];
      const other = aSessionRef(await aUser(users));
      await events.append([revocationOf(acting)]);
      for (const wrong of [acting, { ...acting, epoch: 1 }, other])
        expect(await ledger.revoke(session, revocationOf(session), wrong)).toBeUndefined();
      const valid = await recorded(world, user);
      expect(await ledger.revoke(session, revocationOf(session), valid)).toBe("revoked");
    });

    it("records the end once, however many revoke at the same time", async () => {
      const world = await open();
      const session = await recorded(world, await aUser(world.users));
      const results = await Promise.all(
        Array.from({ length: RACERS }, (_, index) => {
          const { id, userId, epoch } = session;
          const ref = index % 2 === 0 ? { id, userId } : { id, userId, epoch };
          return world.ledger.revoke(ref, revocationOf(session));
        }),
      );
      expect(results.filter((result) => result === "revoked")).toHaveLength(1);
      expect(results.filter((result) => result === "already_revoked")).toHaveLength(RACERS - 1);
      expect(await world.events.list(session.userId, 100)).toHaveLength(2);
    });

    it.each(["its epoch", "no epoch"])(
      "with %s, during a renewal: the end is acknowledged or the session is renewed, never both",
      async (given) => {
        const world = await open();
        const { ledger, users } = world;
        for (let round = 0; round < RACERS; round += 1) {
          const user = await aUser(users);
          const session = await recorded(world, user);
          const { id, userId, epoch } = session;
          const renew = async () => {
            if (!(await users.raiseEpoch(session, []))) return false;
            const next = aSessionRecord(user, { epoch: epoch + 1 });
            return await ledger.confirm(next, anEvent(userId), id);
          };
          const ref = given === "its epoch" ? { id, userId, epoch } : { id, userId };
          const [revocation, isRenewed] = await Promise.all([
            ledger.revoke(ref, revocationOf(session)),
            renew(),
          ]);
          expect([revocation, isRenewed]).not.toEqual(["revoked", true]);
        }
      },
    );
  });
}
