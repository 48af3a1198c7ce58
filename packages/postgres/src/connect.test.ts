import { Unavailable } from "@postern/domain";
import { aNewUser, anEvent } from "@postern/domain/contract";
import { type Proxy, startProxy, testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectPostgres, type PostgresConnection } from "./connect.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";
import { postgresUserStore } from "./user-store.ts";

describe("a connection to Postgres", () => {
  const statements: string[] = [];
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers(), { onStatement: (text) => statements.push(text) });
  });
  afterAll(() => database.close());

  it("says that a database that is not there is unavailable, not that the caller erred", async () => {
    const nowhere = connectPostgres({ url: "postgres://postgres@127.0.0.1:1/none" });
    await expect(nowhere.ping()).rejects.toThrow(Unavailable);
    await nowhere.close();
  });

  it("gives up a statement that takes too long, and serves the next one", async () => {
    await expect(sql`select pg_sleep(10)`.execute(database.db)).rejects.toThrow(Unavailable);
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it("survives a server that ends its connections", async () => {
    const others = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await Promise.all([database.ping(), database.ping(), database.ping()]);
    await others.execute(database.db);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => database.ping()));
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(Unavailable);
    }
    await expect(database.ping()).resolves.toBeUndefined();
  });

  describe("through a network that fails", () => {
    let proxy: Proxy;
    let connection: PostgresConnection;
    const pings = () => Promise.allSettled(Array.from({ length: 5 }, () => connection.ping()));
    beforeEach(async () => {
      const url = new URL(database.url);
      proxy = await startProxy(Number(url.port || 5432));
      url.port = String(proxy.port);
      url.hostname = "127.0.0.1";
      connection = connectPostgres({ url: url.href });
      await pings();
    });
    afterEach(async () => {
      await proxy.close();
      await connection.close();
    });

    it("survives a connection that breaks in the middle of a statement", async () => {
      const asleep = sql`select pg_sleep(1)`.execute(connection.db);
      setTimeout(() => proxy.cut(), 100);
      await expect(asleep).rejects.toThrow(Unavailable);
      await expect(connection.ping()).resolves.toBeUndefined();
    });

    it("survives a connection that breaks within a transaction, between two statements", async () => {
      const transaction = connection.db.transaction().execute(async (trx) => {
        await sql`select 1`.execute(trx);
        proxy.cut();
        await new Promise((resolve) => setTimeout(resolve, 50));
        await sql`select 1`.execute(trx);
      });
      await expect(transaction).rejects.toThrow(/Postgres|Connection|connection/);
      await expect(connection.ping()).resolves.toBeUndefined();
    });

    it("needs one timeout, and not one for each connection, to find that all of them are dead", async () => {
      proxy.swallow();
      await expect(connection.ping()).rejects.toThrow(Unavailable);
      for (const { status } of await pings()) expect(status).toBe("fulfilled");
    });
  });

  it("does not pass off a mistake in a statement as the server's fault", async () => {
    const mistake = sql`select nothing_of_this_name`.execute(database.db);
    await expect(mistake).rejects.toThrow(/nothing_of_this_name/);
    await expect(mistake).rejects.not.toBeInstanceOf(Unavailable);
  });

  it("does not pass off a value that cannot be sent as the server's fault", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const mistake = sql`select ${circular}`.execute(database.db);
    await expect(mistake).rejects.toThrow(TypeError);
  });

  it("leaves no broken transaction to the next caller", async () => {
    const one = connectPostgres({ url: database.url, maxConnections: 1 });
    await expect(one.execute("begin; select 1/0; commit;")).rejects.toThrow("division by zero");
    await expect(one.ping()).resolves.toBeUndefined();
    await one.close();
  });

  it("writes a user, its event and its outbox row in one statement", async () => {
    const users = postgresUserStore(database.db);
    const user = aNewUser();
    const event = anEvent(user.id);
    statements.length = 0;
    await users.create(user, [event]);
    expect(statements).toHaveLength(1);
    const outbox = await database.db.selectFrom("outbox").select("event_id").execute();
    expect(outbox).toEqual([{ event_id: event.id }]);
  });

  it("takes no writes where the database is read-only, and still answers", async () => {
    const fresh = await freshDatabase(testServers());
    await expect(fresh.probeWrite()).resolves.toBeUndefined();
    const { pathname } = new URL(fresh.url);
    await sql`alter database ${sql.id(pathname.slice(1))} set default_transaction_read_only = on`.execute(
      fresh.db,
    );
    const later = connectPostgres({ url: fresh.url });
    await expect(later.ping()).resolves.toBeUndefined();
    await expect(later.probeWrite()).rejects.toThrow(Unavailable);
    await later.close();
    await fresh.close();
  });
});
