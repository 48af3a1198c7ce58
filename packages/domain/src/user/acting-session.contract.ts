import { describe, expect, it } from "vitest";
import type { SessionRef } from "../ids.ts";
import {
  aHash,
  anEvent,
  aSessionRef,
  aUser,
  revocationOf,
  type UserWorld,
} from "./user.fixture.ts";

const RACERS = 20;

const CHANGES = {
  raiseEpoch: ({ users }: UserWorld, session: SessionRef) =>
    users.raiseEpoch(session, [anEvent(session.userId)]),
  replacePassword: ({ users }: UserWorld, actingSession: SessionRef) => {
    const { userId, epoch: expectedEpoch } = actingSession;
    const change = { userId, expectedEpoch, actingSession, passwordHash: aHash("second") };
    return users.replacePassword(change, [anEvent(userId)]);
  },
  delete: async ({ users }: UserWorld, session: SessionRef) =>
    (await users.delete(session.userId, [anEvent(session.userId)], session)) || undefined,
};

/** Every UserStore makes a change that a session asks for only while that session is valid. */
export function actingSessionContract(open: () => Promise<UserWorld>): void {
  describe.each(Object.entries(CHANGES))("%s with an acting session", (name, change) => {
    it("is made while the session is valid, with its event", async () => {
      const world = await open();
      const user = await aUser(world.users);
      const other = await aUser(world.users);
      await world.events.append([
        revocationOf(aSessionRef(user)),
        revocationOf(aSessionRef(other)),
      ]);
      expect(await change(world, aSessionRef(user))).toBeDefined();
      expect(await world.events.list(user.id, 10)).toHaveLength(2);
      expect((await world.users.findById(user.id))?.epoch).toBe(name === "delete" ? undefined : 1);
      expect(await world.users.findById(other.id)).toEqual(other);
    });

    it.each([
      [
        "after the session was revoked",
        (w: UserWorld, s: SessionRef) => w.events.append([revocationOf(s)]),
      ],
      [
        "after the epoch has risen",
        (w: UserWorld, s: SessionRef) => w.users.endSessions([s.userId], []),
      ],
      ["for a disabled user", (w: UserWorld, s: SessionRef) => w.users.disable(s.userId, [])],
    ])("is not made %s", async (_, before) => {
      const world = await open();
      const user = await aUser(world.users);
      const session = aSessionRef(user);
      await before(world, session);
      const [then, events] = [
        await world.users.findCredentialsById(user.id),
        await world.events.list(user.id, 10),
      ];
      expect(await change(world, session)).toBeUndefined();
      const now = { ...session, epoch: then?.user.epoch ?? 0 };
      if (then?.user.disabledAt) expect(await change(world, now)).toBeUndefined();
      expect(await world.users.findCredentialsById(user.id)).toEqual(then);
      expect(await world.events.list(user.id, 10)).toEqual(events);
    });

    it("is made once by many at once", async () => {
      const world = await open();
      const session = aSessionRef(await aUser(world.users));
      const done = await Promise.all(Array.from({ length: RACERS }, () => change(world, session)));
      expect(done.filter((one) => one !== undefined)).toHaveLength(1);
      expect(await world.events.list(session.userId, 100)).toHaveLength(1);
    });
  });
}
