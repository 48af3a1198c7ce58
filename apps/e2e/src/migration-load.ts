import { randomUUID } from "node:crypto";
import pg from "pg";
import { migrate } from "./api-process.ts";
import { fullStores } from "./stores.ts";

const WRITERS = 4;

interface MigrationUnderLoad {
  readonly writes: number;
  /** The longest time that one write took, without and with the migration, in ms. */
  readonly calmMaxMs: number;
  readonly maxMs: number;
  readonly migrationMs: number;
}

/**
 * Fills the schema of the first release with users, and migrates it while others write. The writers
 * change users, events and records of sessions, as requests do.
 */
export async function migrateUnderLoad(users: number): Promise<MigrationUnderLoad> {
  const stores = await fullStores();
  const { DATABASE_URL = "" } = stores.environment;
  // Back to the schema of the first release.
  await stores.query("drop table postern.session_histories, postern.session_revocations");
  await stores.query("alter table postern.users drop column language");
  await stores.query("delete from postern.kysely_migration where name > '0001-start'");
  await stores.query(
    `insert into postern.users (id, email, email_key, password_hash)
     select gen_random_uuid(), 'user-' || n || '@example.com', 'user-' || n || '@example.com', 'x'
     from generate_series(1, $1::int) as n`,
    [users],
  );
  await stores.query(
    `insert into postern.events (id, type, version, user_id, occurred_at, data)
     select gen_random_uuid(), 'user.created', 1, id, now(), '{}' from postern.users`,
  );

  let slowestMs = 0;
  let writes = 0;
  const over = new AbortController();
  async function write(): Promise<void> {
    const client = new pg.Client(DATABASE_URL);
    await client.connect();
    while (!over.signal.aborted) {
      const startedMs = performance.now();
      await client.query(
        `with changed as (
           update postern.users set epoch = epoch + 1, updated_at = now()
           where email_key = $1 returning id
         )
         insert into postern.events (id, type, version, user_id, occurred_at, data)
         select $2, 'user.sessions_ended', 1, id, now(), '{}' from changed`,
        [`user-${1 + Math.floor(Math.random() * users)}@example.com`, randomUUID()],
      );
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      writes += 1;
    }
    await client.end();
  }
  const writing = Promise.all(Array.from({ length: WRITERS }, write));
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await pause(1_000);
  slowestMs = 0;
  await pause(2_000);
  const calmMaxMs = slowestMs;
  slowestMs = 0;
  const startedMs = performance.now();
  await migrate({ DATABASE_URL });
  const migrationMs = performance.now() - startedMs;
  await pause(500);
  over.abort();
  await writing;
  await stores.close();
  const [calm, slowest, took] = [calmMaxMs, slowestMs, migrationMs].map(Math.round);
  return { writes, calmMaxMs: calm ?? 0, maxMs: slowest ?? 0, migrationMs: took ?? 0 };
}
