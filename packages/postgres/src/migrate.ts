import { type Kysely, sql } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { up as start } from "./migrations/0001-start.ts";
import { up as events } from "./migrations/0002-events.ts";
import { up as account } from "./migrations/0003-account.ts";
import { up as sessions } from "./migrations/0004-sessions.ts";
import { up as names } from "./migrations/0005-names.ts";
import { up as limits } from "./migrations/0006-limits.ts";
import type { Schema } from "./schema.ts";

/** In order. A released migration is never edited, and there are no down migrations. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-start": { up: start },
  "0002-events": { up: events },
  "0003-account": { up: account },
  "0004-sessions": { up: sessions },
  "0005-names": { up: names },
  "0006-limits": { up: limits },
};

/** How long a migration waits for a locked table. Then it fails and can be retried. */
const LOCK_TIMEOUT = "1s";

/**
 * Migrates the database, and returns the names of the applied migrations. Several processes may
 * call it at once: an advisory lock lets one run, and the others find nothing left to do.
 */
export async function migrate(db: Kysely<Schema>): Promise<readonly string[]> {
  const { error, results = [] } = await migrator(db).migrateToLatest();
  if (error) throw new Error("the database could not be migrated", { cause: error });
  return results.map(({ migrationName }) => migrationName);
}

/** Returns the migrations that the database lacks. */
async function pendingMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  const migrations = await migrator(db).getMigrations();
  return migrations.filter(({ executedAt }) => !executedAt).map(({ name }) => name);
}

/** Throws if the database lacks a migration: a process must not run on an older schema. */
export async function requireCurrentSchema(db: Kysely<Schema>): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return;
  throw new Error(`DATABASE_URL: the schema lacks ${pending.join(", ")}; run migrate first`);
}

function migrator(db: Kysely<Schema>): Migrator {
  const provider = { getMigrations: async () => withLockTimeout(MIGRATIONS) };
  return new Migrator({ db, provider });
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
