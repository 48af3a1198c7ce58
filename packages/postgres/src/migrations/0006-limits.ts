import { type Kysely, sql } from "kysely";

/** Attempt limits, and what bounds the records of a user. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  // Consecutive wrong passwords. user_id references no row: a foreign key would make the statement
  // slower for a user than for an unknown address.
  await db.schema
    .createTable("failure_counts")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("failures", "integer", (column) => column.notNull())
    .addColumn("is_reserved", "boolean", (column) => column.notNull())
    .addColumn("user_id", "uuid")
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(now))
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

  // The newest records of a user are kept, and ended ones are deleted.
  await db.schema
    .alterTable("session_records")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("ended_at", "timestamptz")
    .execute();
  await db.schema
    .createIndex("session_records_open")
    .on("session_records")
    .columns(["user_id", "created_at"])
    .where(sql.ref("ended_at"), "is", null)
    .execute();
  await db.schema
    .createIndex("session_records_ended")
    .on("session_records")
    .column("ended_at")
    .where(sql.ref("ended_at"), "is not", null)
    .execute();
  await db.schema
    .createIndex("session_records_in_order")
    .on("session_records")
    .columns(["user_id", "id"])
    .execute();
  await db.schema.dropIndex("session_records_of_user").execute();

  // Finds the highest cost of a stored bcrypt hash.
  await sql`
    create index users_bcrypt_cost on users (substr(password_hash, 5, 2))
    where password_hash like '$2_$__$%'`.execute(db);
}
