import { type Kysely, sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { DEFAULT_SCHEMA } from "./in-schema.ts";
import { up as start } from "./migrations/0001-start.ts";
import type { Schema } from "./schema.ts";

/** In order. A released migration is never edited, and there are no down migrations. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-start": { up: start },
};

/** How long a migration waits for a locked table. Then it fails and can be retried. */
const LOCK_TIMEOUT = "1s";

/**
 * Migrates the schema, and returns the names of the applied migrations. Several processes may
 * call it at once: an advisory lock lets one run, and the others find nothing left to do.
 */
export async function migrate(
  db: Kysely<Schema>,
  schema = DEFAULT_SCHEMA,
): Promise<readonly string[]> {
  await requirePlainName(db, schema);
  const { error, results = [] } = await migrator(db, schema).migrateToLatest();
  if (error) throw new Error("the database could not be migrated", { cause: error });
  return results.map(({ migrationName }) => migrationName);
}

/** Our SQL has the name without quotes. */
async function requirePlainName(db: Kysely<Schema>, schema: string): Promise<void> {
  const { rows } = await sql<{ quoted: string }>`
    select pg_catalog.quote_ident(${schema}) as quoted`.execute(db);
  if (rows[0]?.quoted === schema) return;
  throw new Error(`DATABASE_SCHEMA: ${schema} is a word of SQL; choose another name`);
}

/** Returns the migrations that the database lacks. */
async function pendingMigrations(db: Kysely<Schema>, schema: string): Promise<readonly string[]> {
  const migrations = await migrator(db, schema).getMigrations();
  return migrations.filter(({ executedAt }) => !executedAt).map(({ name }) => name);
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
      await up(db);
    };
    return [name, { up: patient }];
  });
  return Object.fromEntries(entries);
}
