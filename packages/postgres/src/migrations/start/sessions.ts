import { type Kysely, sql } from "kysely";

/** The session ledger; sessions and tokens for installations without Redis. */
export async function createSessions(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable("sessions")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("id", "uuid", (column) => column.notNull().unique())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("remembered", "boolean", (column) => column.notNull().defaultTo(false))
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
    .addColumn("by_mail", "boolean", (column) => column.notNull().defaultTo(false))
    .addColumn("change_id", "uuid")
    .addColumn("is_sole", "boolean", (column) => column.notNull().defaultTo(false))
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("tokens_of_user").on("tokens").column("user_id").execute();
  // The newest of the tokens that replace each other takes the row of the one before.
  await sql`
    create unique index tokens_sole on postern.tokens (user_id, purpose)
    where is_sole`.execute(db);

  // The newest records of a user are kept, and ended ones are deleted.
  await db.schema
    .createTable("session_records")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("device", "text")
    .addColumn("network", "text")
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("ended_at", "timestamptz")
    .execute();
  const records = (name: string) => db.schema.createIndex(name).on("session_records");
  await records("session_records_in_order").columns(["user_id", "id"]).execute();
  await records("session_records_expired").column("expires_at").execute();
  await records("session_records_open")
    .columns(["user_id", "created_at"])
    .where(sql.ref("ended_at"), "is", null)
    .execute();
  await records("session_records_ended")
    .column("ended_at")
    .where(sql.ref("ended_at"), "is not", null)
    .execute();
}
