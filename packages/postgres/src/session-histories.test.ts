import { anEvent, aSessionId, aUser } from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresSessionHistories } from "./session-histories.ts";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

describe("session histories", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
  });
  afterAll(() => database.close());

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

  it("keep notes of revocations, in their order, with each user as it is now", async () => {
    const { users } = stores();
    const [changed, deleted] = [await aUser(users), await aUser(users)];
    const sessionId = aSessionId();
    await histories().note([{ userId: deleted.id }]);
    const { position } = await histories().read();
    await histories().note([{ userId: changed.id, sessionId }, { userId: changed.id }]);
    await histories().note([{ userId: deleted.id }]);
    await users.endSessions([changed.id], [anEvent(changed.id)]);
    await users.delete(deleted.id, [anEvent(deleted.id)]);
    const notes = await histories().notesSince(position);
    expect(notes).toMatchObject([
      { userId: changed.id, sessionId, user: { epoch: 1 } },
      { userId: changed.id, sessionId: undefined, user: { epoch: 1 } },
      { userId: deleted.id, user: undefined },
    ]);
    expect(await histories().notesSince(position, notes[1])).toEqual(notes.slice(2));
    expect(await histories().notesSince(position, notes[2])).toEqual([]);
    expect(await histories().notesSince((await histories().read()).position)).toEqual([]);
  });

  it("find a note whose transaction began before the position was read", async () => {
    const user = await aUser(stores().users);
    const open = await database.db.startTransaction().execute();
    await postgresSessionHistories(open).note([{ userId: user.id }]);
    const { position } = await histories().read();
    expect(await histories().notesSince(position)).toEqual([]);
    await open.commit().execute();
    expect(await histories().notesSince(position)).toMatchObject([{ userId: user.id }]);
  });

  it("pass over notes of a future that a restore into another cluster has made", async () => {
    const user = await aUser(stores().users);
    const { position } = await histories().read();
    await histories().note([{ userId: user.id }]);
    await sql`update postern.session_revocations set recorded_in = '99999999999'`.execute(
      database.db,
    );
    expect(await histories().notesSince(position)).toEqual([]);
  });
});
