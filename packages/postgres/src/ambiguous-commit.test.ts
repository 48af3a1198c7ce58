import { type UserEvent, Unavailable } from "@postern/domain";
import { aHash, aNewUser, anEvent, aSessionRecord, aUser } from "@postern/domain/contract";
import { type Proxy, startProxy, testServers, type Verdict } from "@postern/test-servers";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectPostgres, type PostgresConnection } from "./connect.ts";
import { postgresEventStore } from "./event-store.ts";
import { postgresSessionLedger } from "./session-ledger.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";
import { postgresUserStore } from "./user-store.ts";

/**
 * Statements that commit, but whose sender gets no answer: the connection is cut or goes silent.
 */
describe.each<{ how: string; verdict: Verdict }>([
  { how: "cut off", verdict: "cut" },
  { how: "swallowed", verdict: "hold" },
])("an answer that is $how", ({ verdict }) => {
  let database: FreshDatabase;
  let proxy: Proxy;
  let connection: PostgresConnection;
  let lost = 0;
  let losing: RegExp | undefined;
  beforeEach(async () => {
    database = await freshDatabase(testServers());
    const url = new URL(database.url);
    proxy = await startProxy(Number(url.port || 5432), {
      answered(sent) {
        if (!losing?.test(sent)) return "pass";
        losing = undefined;
        lost += 1;
        return verdict;
      },
    });
    url.host = `127.0.0.1:${proxy.port}`;
    connection = connectPostgres({ url: url.href });
    lost = 0;
    await connection.ping();
  });
  afterEach(async () => {
    await connection.close();
    await proxy.close();
    await database.close();
  });

  const stores = () => ({
    users: postgresUserStore(connection.db),
    ledger: postgresSessionLedger(connection.db),
    events: postgresEventStore(connection.db),
  });
  const outbox = async () => {
    const { rows } = await sql<{ event_id: string }>`select event_id from postern.outbox`.execute(
      database.db,
    );
    return rows.map(({ event_id }) => event_id);
  };
  /** Checks what was stored after the answer to a statement like `pattern` was lost. */
  async function keptOnce(pattern: RegExp, act: () => Promise<unknown>, event: UserEvent) {
    losing = pattern;
    lost = 0;
    const result = await act();
    expect(lost).toBe(1);
    expect(await postgresEventStore(database.db).find(event.id)).toEqual(event);
    expect((await outbox()).filter((id) => id === event.id)).toHaveLength(1);
    return result;
  }

  it("still gives one user and one event", async () => {
    const { users } = stores();
    const given = aNewUser();
    const event = anEvent(given.id);
    const other = anEvent(given.id);
    const user = await keptOnce(
      /insert into postern\.users/,
      () => users.create(given, [event], [other]),
      event,
    );
    expect(user).toMatchObject({ id: given.id, epoch: 0 });
    expect(await outbox()).toEqual([event.id]);
  });

  it("still says that an address is taken, and keeps the event of that once", async () => {
    const { users } = stores();
    const { emailKey } = await aUser(users);
    const given = aNewUser({ emailKey });
    const event = anEvent(given.id);
    const create = () => users.create(given, [anEvent(given.id)], [event]);
    expect(await keptOnce(/insert into postern\.users/, create, event)).toBeUndefined();
    expect(await outbox()).toEqual([event.id]);
  });

  it("still changes a password once", async () => {
    const { users } = stores();
    const user = await aUser(users);
    const event = anEvent(user.id);
    const change = { userId: user.id, expectedEpoch: 0, passwordHash: aHash("second") };
    const replace = () => users.replacePassword(change, [event]);
    expect(await keptOnce(/update postern\.users/, replace, event)).toMatchObject({
      epoch: 1,
      revision: 1,
    });
    expect(await users.replacePassword(change, [anEvent(user.id)])).toBeUndefined();
  });

  it("still says that nothing was changed where nothing was", async () => {
    const { users } = stores();
    const user = await aUser(users);
    const change = { userId: user.id, expectedEpoch: 7, passwordHash: aHash("second") };
    losing = /update postern\.users/;
    expect(await users.replacePassword(change, [anEvent(user.id)])).toBeUndefined();
    expect(lost).toBe(1);
    expect(await outbox()).toEqual([]);
  });

  it.each(["its epoch", "no epoch"])("still revokes a session once, with %s", async (given) => {
    const { ledger, users } = stores();
    const user = await aUser(users);
    const session = aSessionRecord(user);
    await ledger.confirm(session, anEvent(user.id));
    const event = anEvent(user.id);
    const { id, userId } = session;
    const ref = given === "no epoch" ? { id, userId } : session;
    const revoke = () => ledger.revoke(ref, event);
    expect(await keptOnce(/for share of users/, revoke, event)).toBe("revoked");
  });

  it("still records a session, appends and deletes once", async () => {
    const { ledger, users, events } = stores();
    const user = await aUser(users);
    const [created, appended, deleted] = [anEvent(user.id), anEvent(user.id), anEvent(user.id)];
    const session = aSessionRecord(user);
    const confirm = () => ledger.confirm(session, created);
    expect(await keptOnce(/insert into postern\.events/, confirm, created)).toBe(true);
    expect(await ledger.list(user.id, 100)).toEqual([session]);
    await keptOnce(/insert into postern\.events/, () => events.append([appended]), appended);
    const remove = () => users.delete(user.id, [deleted]);
    expect(await keptOnce(/delete from postern\.users/, remove, deleted)).toBe(true);
  });

  it("still ends sessions once", async () => {
    const { users } = stores();
    const user = await aUser(users);
    const event = anEvent(user.id);
    const end = () => users.endSessions([user.id], [event]);
    expect(await keptOnce(/update postern\.users/, end, event)).toMatchObject([
      { id: user.id, epoch: 1 },
    ]);
  });

  it("is unavailable in time when the database does not come back", async () => {
    const { users } = stores();
    const given = aNewUser();
    losing = /insert into postern\.users/;
    const created = users.create(given, [anEvent(given.id)]);
    created.catch(() => undefined); // checked below
    await expect.poll(() => lost, { interval: 1 }).toBe(1);
    proxy.refuse(true);
    const before = performance.now();
    await expect(created).rejects.toThrow(Unavailable);
    expect(performance.now() - before).toBeLessThan(3_000);
  });
});
