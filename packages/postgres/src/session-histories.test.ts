import { anEvent, aSessionId, aUser, revocationOf } from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postgresSessionHistories } from "./session-histories.ts";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

describe("session histories", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
  });
  afterAll(() => database.close());
  beforeEach(() => database.db.deleteFrom("events").execute());

  const histories = () => postgresSessionHistories(database.db);
  const stores = () => postgresStores(database.db, memorySeal());

  it("are 64, and none counts at first", async () => {
    const { partitions } = await histories().read();
    expect(partitions.map(({ partition }) => partition)).toEqual([...Array(64).keys()]);
    expect(partitions.every(({ history, isSettled }) => history === undefined && isSettled)).toBe(
      true,
    );
  });

  it("are changed only where nobody changed them since they were read", async () => {
    const read = async () => (await histories().read()).partitions.slice(0, 2);
    const before = await read();
    const retired = await histories().retire(before);
    expect(retired.map(({ generation, isSettled }) => [generation, isSettled])).toEqual([
      [1, true], // none counted before
      [1, true],
    ]);
    expect(await histories().retire(before)).toEqual([]);
    const next = retired.map((one) =>
      Object.assign({}, one, { source: "s", beat: 1n, position: 5n }),
    );
    expect(await histories().certify(next, "abc")).toMatchObject([
      { generation: 1, history: "abc", source: "s", beat: 1n, position: 5n },
      { generation: 1, history: "abc" },
    ]);
    expect(await histories().certify(next, "def")).toEqual([]);

    const [first, second] = await read();
    if (!first || !second) throw new Error("there are 64");
    expect(await histories().beat([first], 9n)).toMatchObject([{ beat: 2n, position: 9n }]);
    expect(await histories().beat([first], 10n)).toEqual([]);
    // A position never goes back.
    expect(await histories().beat([second], 1n)).toMatchObject([{ beat: 2n, position: 5n }]);

    const again = await histories().retire(await read());
    expect(again).toMatchObject([
      { generation: 2, history: undefined, isSettled: false },
      { generation: 2, history: undefined, isSettled: false },
    ]);
    await histories().settle(again);
    expect(await read()).toMatchObject([{ isSettled: true }, { isSettled: true }]);
  });

  it("tell what was revoked since a position, and each user as it is now", async () => {
    const { users, ledger } = stores();
    const [changed, deleted, untouched] = [
      await aUser(users),
      await aUser(users),
      await aUser(users),
    ];
    const session = aSessionId();
    const { position } = await histories().read();
    await users.endSessions([changed.id], [anEvent(changed.id)]);
    const ref = { id: session, userId: changed.id, epoch: 1 };
    await ledger.revoke(ref, revocationOf(ref));
    await users.delete(deleted.id, [anEvent(deleted.id)]);
    const told = await histories().revocationsSince(position);
    expect(told.map(({ userId }) => userId).toSorted()).toEqual(
      [changed.id, deleted.id].toSorted(),
    );
    expect(told.find(({ userId }) => userId === changed.id)).toMatchObject({
      user: { epoch: 1 },
      endedSessions: [session],
    });
    expect(told.find(({ userId }) => userId === deleted.id)?.user).toBeUndefined();
    expect(told.some(({ userId }) => userId === untouched.id)).toBe(false);
    const last = told.at(-1)?.userId;
    expect(await histories().revocationsSince(position, last)).toEqual([]);
    expect(await histories().revocationsSince((await histories().read()).position)).toEqual([]);
  });

  it("count a transaction that began before the position was read, and ended after it", async () => {
    const { users } = stores();
    const user = await aUser(users);
    const open = await database.db.startTransaction().execute();
    await postgresStores(open, memorySeal()).users.endSessions([user.id], [anEvent(user.id)]);
    const { position } = await histories().read();
    expect(await histories().revocationsSince(position)).toEqual([]);
    await open.commit().execute();
    expect(await histories().revocationsSince(position)).toMatchObject([{ userId: user.id }]);
  });
});
