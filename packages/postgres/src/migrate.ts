import { setTimeout as delay } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { DEFAULT_SCHEMA } from "./in-schema.ts";
import { up as start } from "./migrations/0001-start.ts";
import { up as sessionHistories } from "./migrations/0002-session-histories.ts";
import { up as eventsInOrder } from "./migrations/0003-events-in-order.ts";
import type { Schema } from "./schema.ts";

type Up = (db: Kysely<unknown>, concurrently: "concurrently" | "") => Promise<void>;

interface Step {
  readonly up: Up;
  /** Builds an index while others write, which Postgres does only outside a transaction. */
  readonly isConcurrent?: boolean;
}

/** In order. A released migration is never edited, and there are no down migrations. */
export const MIGRATIONS: Readonly<Record<string, Step>> = {
  "0001-start": { up: start },
  "0002-session-histories": { up: sessionHistories },
  "0003-events-in-order": { up: eventsInOrder, isConcurrent: true },
};

/** How long a migration waits for a locked table. Then it fails and can be retried. */
const LOCK_TIMEOUT = "1s";

const LOCK_EVERY_MS = 100;

/** Chosen at random, so that no other application has it. */
const LOCK_ID = "7318349394477056211";

/**
 * Migrates the schema, and returns the names of the applied migrations. Several processes may
 * call it at once: an advisory lock lets one run, and the others find nothing left to do. Each
 * migration is committed by itself, so one that must wait for a lock blocks nothing else. Takes two
 * connections of the pool.
 */
export async function migrate(
  db: Kysely<Schema>,
  schema = DEFAULT_SCHEMA,
): Promise<readonly string[]> {
  await requirePlainName(db, schema);
  return await locked(db, async () => {
    const applied: string[] = [];
    for (const name of await pendingMigrations(db, schema)) {
      if (MIGRATIONS[name]?.isConcurrent) await apply(db, schema, name, "concurrently");
      else await db.transaction().execute((transaction) => apply(transaction, schema, name, ""));
      applied.push(name);
    }
    return applied;
  });
}

/** The same for a database with one connection and no other users: all in one transaction. */
export async function migrateAlone(db: Kysely<Schema>): Promise<void> {
  await locked(db, async (transaction) => {
    for (const name of await pendingMigrations(transaction, DEFAULT_SCHEMA))
      await apply(transaction, DEFAULT_SCHEMA, name, "");
  });
}

/**
 * Holds the lock meanwhile. It asks again and again: a statement that waits for the lock would have
 * a snapshot, and an index that is built concurrently waits for every snapshot.
 */
async function locked<T>(
  db: Kysely<Schema>,
  work: (transaction: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  return await db.transaction().execute(async (transaction) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction);
    // Until the commit, and not of the session: a pooler may lend us another session meanwhile.
    // Without parameters: pg then sends a simple query, and no open portal keeps its snapshot.
    const takeLock = sql<{ is_taken: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(LOCK_ID)}::bigint) as is_taken`;
    while (!(await takeLock.execute(transaction)).rows[0]?.is_taken) await delay(LOCK_EVERY_MS);
    return await work(transaction);
  });
}

async function apply(
  db: Kysely<Schema>,
  migrationTableSchema: string,
  name: string,
  concurrently: "concurrently" | "",
): Promise<void> {
  const provider = { getMigrations: async () => withTimeouts(concurrently) };
  const disableTransactions = concurrently !== "";
  const migrator = new Migrator({ db, provider, migrationTableSchema, disableTransactions });
  const { error } = await migrator.migrateTo(name);
  if (error) throw new Error("the database could not be migrated", { cause: error });
}

/** Our SQL has the name without quotes. */
async function requirePlainName(db: Kysely<Schema>, schema: string): Promise<void> {
  const { rows } = await sql<{ quoted: string }>`
    select pg_catalog.quote_ident(${schema}) as quoted`.execute(db);
  if (rows[0]?.quoted === schema) return;
  throw new Error(`DATABASE_SCHEMA: ${schema} is a word of SQL; choose another name`);
}

/**
 * Returns the migrations that the database lacks. Does not ask Kysely, which reads the columns of
 * every table in the database.
 */
export async function pendingMigrations(
  db: Kysely<Schema>,
  schema: string,
): Promise<readonly string[]> {
  const names = Object.keys(MIGRATIONS);
  const table = `${schema}.kysely_migration`;
  const { rows: found } = await sql<{ is_there: boolean }>`
    select pg_catalog.to_regclass(${table}) is not null as is_there`.execute(db);
  if (!found[0]?.is_there) return names;
  const { rows } = await sql<{ name: string }>`
    select name from postern.kysely_migration`.execute(db);
  const applied = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !applied.has(name));
}

/** Throws if the database lacks a migration: a process must not run on an older schema. */
export async function requireCurrentSchema(
  db: Kysely<Schema>,
  schema = DEFAULT_SCHEMA,
): Promise<void> {
  const pending = await pendingMigrations(db, schema);
  if (pending.length === 0) return;
  const missing = pending.join(", ");
  throw new Error(`DATABASE_URL: the schema ${schema} lacks ${missing}; run migrate first`);
}

function withTimeouts(concurrently: "concurrently" | ""): Record<string, Migration> {
  const entries = Object.entries(MIGRATIONS).map(([name, { up }]) => {
    const migration: Migration["up"] = async (db) => {
      if (concurrently) return await up(db, concurrently); // it blocks no one while it waits
      await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(db);
      await sql`set local statement_timeout = 0`.execute(db); // the role may have one
      await up(db, concurrently);
    };
    return [name, { up: migration }];
  });
  return Object.fromEntries(entries);
}
