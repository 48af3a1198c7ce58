import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { liveThrough } from "./account-life.ts";
import { migrate } from "./api-process.ts";
import { startEventService } from "./event-service.ts";
import { fullStores } from "./stores.ts";

const FOREIGN = `
  create table users (id int primary key, name text);
  insert into users values (1, 'theirs');
  create table kysely_migration (name text, timestamp text);
  insert into kysely_migration values ('0001-theirs', 'then');
  create table kysely_migration_lock (id text, is_locked int);
  create schema pgboss;
  create table pgboss.job (id int);
  insert into pgboss.job values (7)`;

it.skipIf(!testServers().redisUrl)(
  "two installations and another application share a database, and one is dropped",
  async () => {
    const stores = await fullStores({ isMigrated: false });
    await stores.query(FOREIGN);
    const started = [];
    for (const schema of ["first_auth", "second_auth"]) {
      const environment = { ...stores.environment, DATABASE_SCHEMA: schema };
      await migrate(environment);
      const service = await startEventService({
        stores: { ...stores, environment },
        environment: { POLICY: "strict", BCRYPT_COST: "10" },
      });
      await service.startWorker();
      started.push({ schema, service });
    }
    const [first, second] = started;
    if (!first || !second) throw new Error("not started");
    // Each worker handles its own events only.
    await Promise.all(
      started.map(async ({ service }) => {
        const email = await liveThrough(service);
        expect(service.smtp.received.flatMap(({ recipients }) => recipients)).toEqual(
          service.smtp.received.map(() => email),
        );
      }),
    );
    await first.service.end();
    await stores.query("drop schema first_auth, first_auth_queues cascade");
    await liveThrough(second.service);
    await second.service.end();
    await stores.query("drop schema second_auth, second_auth_queues cascade");

    const left = `select schemaname || '.' || tablename as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
    expect((await stores.query<{ name: string }>(left)).map(({ name }) => name)).toEqual([
      "pgboss.job",
      "public.kysely_migration",
      "public.kysely_migration_lock",
      "public.users",
    ]);
    const kept = `select name, (select id from pgboss.job) as job,
      (select name from kysely_migration) as migration from users`;
    expect(await stores.query(kept)).toEqual([
      { name: "theirs", job: 7, migration: "0001-theirs" },
    ]);
    await stores.close();
  },
  60_000,
);
