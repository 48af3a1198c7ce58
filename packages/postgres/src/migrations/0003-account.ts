import { type Kysely, sql } from "kysely";

/** Verification, changes of address, and the clients of sessions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  // pg-boss fills this schema. It is created here, so that the worker's role needs no right to
  // create schemas.
  await sql`create schema if not exists pgboss`.execute(db);

  await db.schema
    .alterTable("sessions")
    .addColumn("remembered", "boolean", (column) => column.notNull().defaultTo(false))
    .execute();
  await db.schema
    .alterTable("tokens")
    .addColumn("by_mail", "boolean", (column) => column.notNull().defaultTo(false))
    .addColumn("change_id", "uuid")
    .execute();

  await db.schema
    .createTable("session_origins")
    .addColumn("session_id", "uuid", (column) => column.primaryKey())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("device", "text")
    .addColumn("network", "text")
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("session_origins_of_user")
    .on("session_origins")
    .column("user_id")
    .execute();
  await db.schema
    .createIndex("session_origins_expired")
    .on("session_origins")
    .column("expires_at")
    .execute();

  // Finds whether a session was revoked, before a change that the session asks for.
  await sql`
    create index events_revoked on events ((data->>'sessionId'))
    where type = 'session.revoked'`.execute(db);
  await db.schema
    .createIndex("webhook_attempts_of_event")
    .on("webhook_attempts")
    .column("event_id")
    .execute();

  await db.schema
    .createTable("email_changes")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("email_key", "text", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("email_changes_of_user")
    .on("email_changes")
    .column("user_id")
    .execute();

  // Last, because it locks the whole table while it reads it once.
  await db.schema.alterTable("users").addColumn("verify_by", "timestamptz").execute();
  await db.schema
    .createIndex("users_to_verify")
    .on("users")
    .column("verify_by")
    .where(sql.ref("email_verified_at"), "is", null)
    .execute();
}
