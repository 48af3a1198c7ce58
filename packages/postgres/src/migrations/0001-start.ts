import { type Kysely, sql } from "kysely";

/** Users, the event log and its outbox, and sessions and tokens for installations without Redis. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable("users")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("email_key", "text", (column) => column.notNull().unique())
    .addColumn("password_hash", "text")
    .addColumn("epoch", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("revision", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("email_verified_at", "timestamptz")
    .addColumn("disabled_at", "timestamptz")
    .addColumn("reset_receipt", "bytea")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();

  // user_id references no row: the log outlives the user, and some events have no user.
  await db.schema
    .createTable("events")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("user_id", "uuid")
    .addColumn("occurred_at", "timestamptz", (column) => column.notNull())
    .addColumn("recorded_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("data", "jsonb", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("events_of_user").on("events").columns(["user_id", "id"]).execute();
  // Finds what was recorded since a time on Postgres' clock.
  await db.schema.createIndex("events_recorded").on("events").column("recorded_at").execute();

  await db.schema
    .createTable("outbox")
    .addColumn("event_id", "uuid", (column) => column.primaryKey())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();

  await db.schema
    .createTable("sessions")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("id", "uuid", (column) => column.notNull().unique())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("idle_ms", "double precision", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("last_seen_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("absolute_expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("sessions_of_user").on("sessions").column("user_id").execute();

  await db.schema
    .createTable("tokens")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("purpose", "text", (column) => column.notNull())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("tokens_of_user").on("tokens").column("user_id").execute();
}
