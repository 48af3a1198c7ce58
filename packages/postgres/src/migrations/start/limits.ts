import { type Kysely, sql } from "kysely";

/** Attempt limits. */
export async function createLimits(db: Kysely<unknown>): Promise<void> {
  // Consecutive wrong passwords. user_id references no row: a foreign key would make the statement
  // slower for a user than for an unknown address.
  await db.schema
    .createTable("failure_counts")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("failures", "integer", (column) => column.notNull())
    .addColumn("is_reserved", "boolean", (column) => column.notNull())
    .addColumn("user_id", "uuid")
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await db.schema
    .createIndex("failure_counts_of_user")
    .on("failure_counts")
    .column("user_id")
    .execute();

  // Windows of attempts, for installations without Redis; in the form of rate-limiter-flexible.
  await db.schema
    .createTable("rate_limits")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("points", "integer", (column) => column.notNull())
    .addColumn("expire", "bigint")
    .execute();
  await db.schema.createIndex("rate_limits_expired").on("rate_limits").column("expire").execute();
}
