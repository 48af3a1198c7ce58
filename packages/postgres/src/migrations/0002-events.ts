import { type Kysely, sql } from "kysely";

/** What events need: sealed payloads, a signal to the workers, webhooks, known devices. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema.alterTable("outbox").addColumn("sealed", "text").execute();

  await db.schema.createIndex("outbox_created").on("outbox").column("created_at").execute();

  // One signal per statement, sent when its transaction commits. Polling finds what signals miss.
  await sql`
    create function postern_signal_outbox() returns trigger language plpgsql as $$
    begin
      if exists (select from added) then perform pg_notify('postern_outbox', ''); end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger signal_outbox after insert on outbox referencing new table as added
    for each statement execute function postern_signal_outbox()`.execute(db);

  await db.schema
    .createTable("devices")
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("device", "text", (column) => column.notNull())
    .addColumn("first_event_id", "uuid", (column) => column.notNull())
    .addPrimaryKeyConstraint("devices_of_user", ["user_id", "device"])
    .execute();

  await db.schema
    .createTable("webhook_endpoints")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("url", "text", (column) => column.notNull())
    .addColumn("event_types", sql`text[]`)
    .addColumn("sealed_secrets", "text", (column) => column.notNull())
    .addColumn("paused_at", "timestamptz")
    .addColumn("paused_because", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();

  await db.schema
    .createTable("webhook_attempts")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("endpoint_id", "uuid", (column) =>
      column.notNull().references("webhook_endpoints.id").onDelete("cascade"),
    )
    .addColumn("event_id", "uuid", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("attempted_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("duration_ms", "integer", (column) => column.notNull())
    .addColumn("status", "integer")
    .addColumn("answer", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("webhook_attempts_of_endpoint")
    .on("webhook_attempts")
    .columns(["endpoint_id", "attempted_at"])
    .execute();
  await db.schema
    .createIndex("webhook_attempts_attempted")
    .on("webhook_attempts")
    .column("attempted_at")
    .execute();
}
