import { type Kysely, sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { DEFAULT_SCHEMA } from "./in-schema.ts";
import { up as start } from "./migrations/0001-start.ts";
import { up as sessionHistories } from "./migrations/0002-session-histories.ts";
import { up as languages } from "./migrations/0003-languages.ts";
import type { Schema } from "./schema.ts";

/** In order. A released migration is never edited, and there are no down migrations. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-start": { up: start },
  "0002-session-histories": { up: sessionHistories },
  "0003-languages": { up: languages },
};

/** How long a migration waits for a locked table. Then it fails and can be retried. */
const LOCK_TIMEOUT = "1s";

/** Chosen at random, so that no other application has it. */
const LOCK_ID = "7318349394477056211";

/**
 * Migrates the schema, and returns the names of the applied migrations. Several processes may
 * call it at once: an advisory lock lets one run, and the others find nothing left to do.
 */
export async function migrate(
  db: Kysely<Schema>,
  schema = DEFAULT_SCHEMA,
): Promise<readonly string[]> {
  await requirePlainName(db, schema);
  return await db.transaction().execute(async (transaction) => {
    // Until the commit, and not of the session: a pooler may lend us another session meanwhile.
    await sql`select pg_advisory_xact_lock(${LOCK_ID}::bigint)`.execute(transaction);
    const { error, results = [] } = await migrator(transaction, schema).migrateToLatest();
    if (error) throw new Error("the database could not be migrated", { cause: error });
    return results.map(({ migrationName }) => migrationName);
  });
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

function migrator(db: Kysely<Schema>, migrationTableSchema: string): Migrator {
  const provider = { getMigrations: async () => withLockTimeout(MIGRATIONS) };
  return new Migrator({ db, provider, migrationTableSchema });
}

function withLockTimeout(migrations: typeof MIGRATIONS): Record<string, Migration> {
  const entries = Object.entries(migrations).map(([name, { up }]) => {
    const patient: Migration["up"] = async (db) => {
      await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(db);
      await sql`set local statement_timeout = 0`.execute(db); // the role may have one
      await up(db);
    };
    return [name, { up: patient }];
  });
  return Object.fromEntries(entries);
}
