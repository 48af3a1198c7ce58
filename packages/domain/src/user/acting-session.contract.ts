import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { memoryIds } from "../memory.ts";
import { aHash, aNewUser, anEvent, aSessionId, aUser } from "./user.fixture.ts";
import type { UserWorld } from "./user-store.contract.ts";
import type { Holder } from "./user-store.ts";
import type { User } from "./user.ts";

const ids = memoryIds();
const RACERS = 20;

const aHolder = (user: User): Holder => ({
  id: aSessionId(),
  userId: user.id,
  epoch: user.epoch,
});

const revoked = ({ id: sessionId, userId }: Holder): UserEvent => ({
  id: ids.eventId(),
  type: "session.revoked",
  version: 1,
  userId,
  occurredAt: new Date(),
  data: { sessionId, by: "log_out" },
});

/** What every UserStore does in the name of a session: nothing, once that has ended. */
export function holderContract(open: () => Promise<UserWorld>): void {
  const CHANGES = {
    raiseEpoch: ({ users }: UserWorld, holder: Holder) =>
      users.raiseEpoch(holder, [anEvent(holder.userId)]),
    replacePassword: ({ users }: UserWorld, session: Holder) => {
      const change = { userId: session.userId, expectedEpoch: session.epoch, session };
      return users.replacePassword({ ...change, passwordHash: aHash("second") }, [
        anEvent(session.userId),
      ]);
    },
    delete: async ({ users }: UserWorld, holder: Holder) =>
      (await users.delete(holder.userId, [anEvent(holder.userId)], holder)) || undefined,
  };

  describe.each(Object.entries(CHANGES))("%s in a session's name", (name, change) => {
    it("is done while the session counts, with its event", async () => {
      const world = await open();
      const user = await aUser(world.users);
      const other = await aUser(world.users);
      await world.events.append([revoked(aHolder(user)), revoked(aHolder(other))]);
      expect(await change(world, aHolder(user))).toBeDefined();
      expect(await world.events.list(user.id, 10)).toHaveLength(2);
      expect((await world.users.find(user.id))?.epoch).toBe(name === "delete" ? undefined : 1);
      expect(await world.users.find(other.id)).toEqual(other);
    });

    it.each([
      ["once the session was revoked", (w: UserWorld, h: Holder) => w.events.append([revoked(h)])],
      [
        "once the epoch has risen",
        (w: UserWorld, h: Holder) => w.users.endSessions([h.userId], []),
      ],
      ["to a disabled user", (w: UserWorld, h: Holder) => w.users.disable(h.userId, [])],
    ])("is not done %s", async (_, before) => {
      const world = await open();
      const user = await aUser(world.users);
      const holder = aHolder(user);
      await before(world, holder);
      const [then, events] = [
        await world.users.credentialsOf(user.id),
        await world.events.list(user.id, 10),
      ];
      expect(await change(world, holder)).toBeUndefined();
      const now = { ...holder, epoch: then?.user.epoch ?? 0 };
      if (then?.user.disabledAt) expect(await change(world, now)).toBeUndefined();
      expect(await world.users.credentialsOf(user.id)).toEqual(then);
      expect(await world.events.list(user.id, 10)).toEqual(events);
    });

    it("is done once by many at once", async () => {
      const world = await open();
      const holder = aHolder(await aUser(world.users));
      const done = await Promise.all(Array.from({ length: RACERS }, () => change(world, holder)));
      expect(done.filter((one) => one !== undefined)).toHaveLength(1);
      expect(await world.events.list(holder.userId, 100)).toHaveLength(1);
    });
  });

  describe("confirmEpoch", () => {
    it("keeps the event while the epoch stands", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const event = anEvent(user.id);
      expect(await users.confirmEpoch(user.id, 0, [event])).toBe(true);
      expect(await events.list(user.id, 10)).toEqual([event]);
      expect(await users.find(user.id)).toEqual(user);
    });

    it("refuses and keeps nothing once the epoch has risen, or the user is disabled or nobody", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      await users.disable(user.id, []);
      expect(await users.confirmEpoch(user.id, 0, [anEvent(user.id)])).toBe(false);
      expect(await users.confirmEpoch(user.id, 1, [anEvent(user.id)])).toBe(false);
      await users.enable(user.id, []);
      expect(await users.confirmEpoch(user.id, 0, [anEvent(user.id)])).toBe(false);
      expect(await users.confirmEpoch(aNewUser().id, 0, [anEvent(user.id)])).toBe(false);
      expect(await events.list(user.id, 10)).toEqual([]);
    });
  });

  describe("revoke", () => {
    it("keeps the event while the asking session has the user's epoch, and only then", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const holder = aHolder(user);
      expect(await users.revoke(holder, [revoked(holder)])).toBe(true);
      expect(await events.list(user.id, 10)).toHaveLength(1);
      await users.endSessions([user.id], []);
      expect(await users.revoke(holder, [revoked(holder)])).toBe(false);
      await users.disable(user.id, []);
      expect(await users.revoke({ ...holder, epoch: 2 }, [revoked(holder)])).toBe(false);
      const nobody = { ...holder, userId: aNewUser().id };
      expect(await users.revoke(nobody, [revoked(holder)])).toBe(false);
      expect(await events.list(user.id, 10)).toHaveLength(1);
    });

    it("and a renewal at once: either the end is acknowledged and nothing is renewed, or not", async () => {
      const { users } = await open();
      for (let round = 0; round < RACERS; round += 1) {
        const holder = aHolder(await aUser(users));
        const { id: continues, userId } = holder;
        const renewing = async () => {
          if (!(await users.raiseEpoch(holder, []))) return false;
          const expiresAt = new Date(Date.now() + 60_000);
          const session = { sessionId: aSessionId(), expiresAt, continues };
          return await users.confirmEpoch(userId, 1, [], session);
        };
        const [isEnded, isRenewed] = await Promise.all([
          users.revoke(holder, [revoked(holder)]),
          renewing(),
        ]);
        expect([isEnded, isRenewed]).not.toEqual([true, true]);
      }
    });
  });

  describe("revokeOwn", () => {
    const confirmed = async (users: UserWorld["users"], user: User) => {
      const sessionId = aSessionId();
      const expiresAt = new Date(Date.now() + 60_000);
      expect(await users.confirmEpoch(user.id, user.epoch, [], { sessionId, expiresAt })).toBe(
        true,
      );
      return { userId: user.id, sessionId };
    };
    const end = ({ userId, sessionId: id }: { userId: User["id"]; sessionId: Holder["id"] }) => [
      revoked({ id, userId, epoch: 0 }),
    ];

    it("keeps the event of a session that was confirmed, once, while its epoch is the user's", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const [own, other] = [await confirmed(users, user), await confirmed(users, user)];
      expect(await users.revokeOwn(own, end(own))).toBe("now");
      expect(await users.revokeOwn(own, end(own))).toBe("before");
      await users.endSessions([own.userId], []);
      expect(await users.revokeOwn(own, end(own))).toBeUndefined();
      expect(await users.revokeOwn(other, end(other))).toBeUndefined();
      expect(await events.list(own.userId, 10)).toHaveLength(1);
    });

    it("keeps the event once for many at once", async () => {
      const { users, events } = await open();
      const own = await confirmed(users, await aUser(users));
      const told = await Promise.all(
        Array.from({ length: RACERS }, () => users.revokeOwn(own, end(own))),
      );
      expect(told.filter((when) => when === "now")).toHaveLength(1);
      expect(told.filter((when) => when === "before")).toHaveLength(RACERS - 1);
      expect(await events.list(own.userId, 100)).toHaveLength(1);
    });

    it("keeps nothing of a session that is over", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const own = { userId: user.id, sessionId: aSessionId() };
      const over = { sessionId: own.sessionId, expiresAt: new Date("2020-01-01") };
      await users.confirmEpoch(user.id, 0, [], over);
      expect(await users.revokeOwn(own, end(own))).toBeUndefined();
      expect(await events.list(user.id, 10)).toEqual([]);
    });

    it("keeps nothing of a session that nobody opened, of another's, or of a disabled user", async () => {
      const { users, events } = await open();
      const [user, other] = [await aUser(users), await aUser(users)];
      const [own, theirs] = [await confirmed(users, user), await confirmed(users, other)];
      const made = { userId: user.id, sessionId: aSessionId() };
      const stolen = { userId: user.id, sessionId: theirs.sessionId };
      for (const wrong of [made, stolen, { ...own, userId: aNewUser().id }])
        expect(await users.revokeOwn(wrong, end(wrong))).toBeUndefined();
      await users.disable(user.id, []);
      expect(await users.revokeOwn(own, end(own))).toBeUndefined();
      expect(await events.list(user.id, 10)).toEqual([]);
      expect(await events.list(other.id, 10)).toEqual([]);
    });

    it("and a renewal at once: either the end is kept and nothing is renewed, or not", async () => {
      const { users } = await open();
      for (let round = 0; round < RACERS; round += 1) {
        const own = await confirmed(users, await aUser(users));
        const holder = { id: own.sessionId, userId: own.userId, epoch: 0 };
        const renewing = async () => {
          if (!(await users.raiseEpoch(holder, []))) return false;
          const expiresAt = new Date(Date.now() + 60_000);
          const session = { sessionId: aSessionId(), expiresAt, continues: holder.id };
          return await users.confirmEpoch(holder.userId, 1, [], session);
        };
        const [when, isRenewed] = await Promise.all([users.revokeOwn(own, end(own)), renewing()]);
        expect([when, isRenewed]).not.toEqual(["now", true]);
      }
    });
  });

  it("keeps where a session was opened from, if it is confirmed, and forgets it with the user", async () => {
    const { users } = await open();
    const user = await aUser(users);
    const origin = { sessionId: aSessionId(), device: "curl", network: "192.0.2.0/24" };
    const bare = { sessionId: aSessionId(), device: undefined, network: undefined };
    const expiresAt = new Date(Date.now() + 60_000);
    await users.confirmEpoch(user.id, 0, [], { ...origin, expiresAt });
    await users.confirmEpoch(user.id, 0, [], { ...bare, expiresAt });
    await users.confirmEpoch(user.id, 1, [], { sessionId: aSessionId(), expiresAt });
    const kept = await users.originsOf(user.id);
    expect(kept).toHaveLength(2);
    expect(kept).toEqual(expect.arrayContaining([origin, bare]));
    await users.delete(user.id, []);
    expect(await users.originsOf(user.id)).toEqual([]);
  });
}
