import { coursePolicy, type User, type UserId } from "@postern/domain";
import {
  aNewUser,
  anEvent,
  aSessionRecord,
  aSessionRef,
  aTokenHash,
  aUser,
} from "@postern/domain/contract";
import { memoryIds, memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

const LONG_ENOUGH_MS = 100;

/**
 * Which statement waits for which: a statement sees a change that started before it and is now
 * committed.
 */
describe("a change under way", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
  });
  afterAll(() => database.close());
  const ids = memoryIds();
  const stores = () => postgresStores(database.db, memorySeal());

  /** Starts `first`, then `second`, and commits `first` when `second` has had time to finish. */
  async function during<Answer>(first: string, userId: UserId, second: () => Promise<Answer>) {
    return await database.db.transaction().execute(async (transaction) => {
      await sql`${sql.raw(first)} where id = ${userId}`.execute(transaction);
      const answer = second();
      answer.catch(() => undefined); // awaited below
      let isWaiting = true;
      void answer.finally(() => (isWaiting = false)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, LONG_ENOUGH_MS));
      return { answer, isWaiting };
    });
  }
  const RAISE = "update postern.users set epoch = epoch + 1";
  const DELETE = "delete from postern.users";

  it("of the epoch is waited for by the end of a session, which is then not acknowledged", async () => {
    const { events, ledger, users } = stores();
    const user = await aUser(users);
    const session = aSessionRef(user);
    const { answer, isWaiting } = await during(RAISE, user.id, () =>
      ledger.revoke(session, anEvent(user.id), aSessionRef(user)),
    );
    expect([isWaiting, await answer]).toEqual([true, undefined]);
    expect(await events.list(user.id, 10)).toEqual([]);
  });

  it("of the epoch is waited for by a log-out, which then records nothing", async () => {
    const { events, ledger, users } = stores();
    const user = await aUser(users);
    const session = aSessionRecord(user);
    const created = anEvent(user.id);
    await ledger.confirm(session, created);
    const { answer, isWaiting } = await during(RAISE, user.id, () =>
      ledger.revoke({ id: session.id, userId: user.id }, anEvent(user.id)),
    );
    expect([isWaiting, await answer]).toEqual([true, undefined]);
    expect(await events.list(user.id, 10)).toEqual([created]);
  });

  it.each<[string, (user: User) => Promise<unknown>, unknown]>([
    [
      "a log-in's confirmation",
      (user) => stores().ledger.confirm(aSessionRecord(user), anEvent(user.id)),
      false,
    ],
    [
      "a request for another address",
      (user) => {
        const { email, emailKey } = aNewUser();
        const proposal = { id: ids.eventId(), email, emailKey, ttlMs: 60_000 };
        return stores().emailChanges.propose(aSessionRef(user), proposal, []);
      },
      false,
    ],
    [
      "a token",
      ({ id: userId }) => {
        const claim = { purpose: "password_reset", userId, epoch: 0, byMail: false } as const;
        return stores().tokens.put(aTokenHash(), claim, 60_000);
      },
      undefined,
    ],
    [
      "a token that replaces another",
      ({ id: userId }) => {
        const claim = { purpose: "password_reset", userId, epoch: 0, byMail: false } as const;
        return stores().tokens.replace(aTokenHash(), claim, 60_000);
      },
      undefined,
    ],
    [
      "a session that is opened",
      async (user) => {
        const opening = { tokenHash: aTokenHash(), user };
        return await stores().sessions.open({ ...opening, rules: coursePolicy.session });
      },
      undefined,
    ],
  ])(
    "that deletes the user is waited for by %s, which then finds nobody",
    async (_, act, found) => {
      const user = await aUser(stores().users);
      const { answer, isWaiting } = await during(DELETE, user.id, () => act(user));
      expect([isWaiting, await answer]).toEqual([true, found]);
    },
  );
});
