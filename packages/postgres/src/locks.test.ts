import type { UserId } from "@postern/domain";
import { aNewUser, anEvent, aSessionId, aTokenHash, aUser } from "@postern/domain/contract";
import { memoryIds, memorySeal } from "@postern/domain/memory";
import { coursePolicy } from "@postern/domain";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresEmailChangeStore } from "./email-change-store.ts";
import { postgresEventStore } from "./event-store.ts";
import { postgresSessionStore } from "./session-store.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";
import { postgresTokenStore } from "./token-store.ts";
import { postgresUserStore } from "./user-store.ts";

const LONG_ENOUGH_MS = 100;

/** What waits for whom: a change that has begun is seen, once it is committed, by what began after it. */
describe("a change under way", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
  });
  afterAll(() => database.close());
  const ids = memoryIds();
  const stores = () => ({
    changes: postgresEmailChangeStore(database.db, memorySeal()),
    events: postgresEventStore(database.db, memorySeal()),
    sessions: postgresSessionStore(database.db),
    tokens: postgresTokenStore(database.db),
    users: postgresUserStore(database.db, memorySeal()),
  });

  /** Begins `first`, then `second`, and commits `first` when `second` has had time to come through. */
  async function during<Answer>(first: string, userId: UserId, second: () => Promise<Answer>) {
    return await database.db.transaction().execute(async (transaction) => {
      await sql`${sql.raw(first)} where id = ${userId}`.execute(transaction);
      const answer = second();
      answer.catch(() => undefined); // it is awaited below
      let isWaiting = true;
      void answer.finally(() => (isWaiting = false)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, LONG_ENOUGH_MS));
      return { answer, isWaiting };
    });
  }
  const RAISE = "update users set epoch = epoch + 1";
  const DELETE = "delete from users";

  it("of the epoch is waited for by the end of a session, which is then not acknowledged", async () => {
    const { users, events } = stores();
    const { id: userId } = await aUser(users);
    const holder = { id: aSessionId(), userId, epoch: 0 };
    const { answer, isWaiting } = await during(RAISE, userId, () =>
      users.revoke(holder, [anEvent(userId)]),
    );
    expect([isWaiting, await answer]).toEqual([true, false]);
    expect(await events.list(userId, 10)).toEqual([]);
  });

  it("of the epoch is waited for by a log-out, which then keeps nothing", async () => {
    const { users, events } = stores();
    const { id: userId } = await aUser(users);
    const own = { userId, sessionId: aSessionId() };
    const expiresAt = new Date(Date.now() + 60_000);
    await users.confirmEpoch(userId, 0, [], { sessionId: own.sessionId, expiresAt });
    const { answer, isWaiting } = await during(RAISE, userId, () =>
      users.revokeOwn(own, [anEvent(userId)]),
    );
    expect([isWaiting, await answer]).toEqual([true, undefined]);
    expect(await events.list(userId, 10)).toEqual([]);
  });

  it.each<[string, (userId: UserId) => Promise<unknown>, unknown]>([
    [
      "a log-in's confirmation",
      (userId) => {
        const expiresAt = new Date(Date.now() + 60_000);
        return stores().users.confirmEpoch(userId, 0, [], {
          sessionId: aSessionId(),
          expiresAt,
        });
      },
      false,
    ],
    [
      "a wish for another address",
      (userId) => {
        const { email, emailKey } = aNewUser();
        const proposal = { id: ids.eventId(), email, emailKey, ttlMs: 60_000 };
        const holder = { id: aSessionId(), userId, epoch: 0 };
        return stores().changes.propose(holder, proposal, []);
      },
      false,
    ],
    [
      "a token",
      (userId) => {
        const claim = { purpose: "password_reset", userId, epoch: 0, byMail: false } as const;
        return stores().tokens.put(aTokenHash(), claim, 60_000);
      },
      undefined,
    ],
    [
      "a session that is opened",
      async (userId) => {
        const user = { ...(await aUser(stores().users)), id: userId };
        const opening = { tokenHash: aTokenHash(), user };
        return await stores().sessions.open({ ...opening, rules: coursePolicy.session });
      },
      undefined,
    ],
  ])(
    "that deletes the user is waited for by %s, which then finds nobody",
    async (_, act, found) => {
      const { id: userId } = await aUser(stores().users);
      const { answer, isWaiting } = await during(DELETE, userId, () => act(userId));
      expect([isWaiting, await answer]).toEqual([true, found]);
    },
  );
});
