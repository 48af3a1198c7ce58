import { memorySeal } from "@postern/domain/memory";
import { aNewUser, anEvent, aUser } from "@postern/domain/contract";
import { testServers } from "@postern/test-servers";
import pg from "pg";
import { expect, it } from "vitest";
import { connectPostgres } from "./connect.ts";
import { listenPostgres } from "./listen.ts";
import { migrate, requireCurrentSchema } from "./migrate.ts";
import { postgresStores } from "./stores.ts";
import { freshDatabase } from "./testing.ts";

const PATIENCE = { timeout: 15_000, interval: 10 };

it("two installations and another application share a database", async () => {
  const first = await freshDatabase(testServers());
  const foreign = new pg.Client({ connectionString: first.url });
  await foreign.connect();
  await foreign.query(`
    create table users (id int primary key, name text);
    create table sessions (id int);
    create table kysely_migration (name text, timestamp text);
    create table kysely_migration_lock (id text, is_locked int);
    insert into users values (1, 'theirs');
    insert into kysely_migration values ('0001-theirs', 'then')`);
  const second = connectPostgres({ url: first.url, schema: "second_auth" });
  await expect(requireCurrentSchema(second.db, "second_auth")).rejects.toThrow(
    "the schema second_auth lacks 0001-start",
  );
  await migrate(second.db, "second_auth");
  await requireCurrentSchema(second.db, "second_auth");
  expect(await migrate(second.db, "second_auth")).toEqual([]);

  const [one, other] = [first, second].map(({ db }) => postgresStores(db, memorySeal()));
  if (!one || !other) throw new Error("no stores");
  const user = aNewUser();
  expect(await one.users.create(user, [])).toBeDefined();
  expect(await other.users.findByEmail(user.emailKey)).toBeUndefined();
  expect(await other.users.create(user, [])).toBeDefined();

  const heard: string[] = [];
  const listener = listenPostgres({
    url: first.url,
    schema: "second_auth",
    channels: ["postern$outbox"],
    onSignal: (channel) => heard.push(channel),
    onError: () => undefined,
  });
  await expect.poll(() => heard.length, PATIENCE).toBe(1); // when it is connected
  await one.events.append([anEvent((await aUser(one.users)).id)]);
  await other.events.append([anEvent((await aUser(other.users)).id)]);
  await expect.poll(() => heard.length, PATIENCE).toBe(2); // its own
  await listener.close();

  await foreign.query("drop schema second_auth cascade; drop schema second_auth_queues cascade");
  expect(await one.users.findByEmail(user.emailKey)).toBeDefined();
  const { rows } = await foreign.query(
    "select name from users union select name from kysely_migration",
  );
  expect(rows.map(({ name }) => String(name)).toSorted()).toEqual(["0001-theirs", "theirs"]);
  await foreign.end();
  await second.close();
  await first.close();
});

it("a schema whose name is a word of SQL is refused by name", async () => {
  const database = await freshDatabase(testServers());
  const connection = connectPostgres({ url: database.url, schema: "user" });
  await expect(migrate(connection.db, "user")).rejects.toThrow(/DATABASE_SCHEMA: user/);
  await connection.close();
  await database.close();
});
