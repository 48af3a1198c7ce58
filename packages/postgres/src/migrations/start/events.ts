import { type Kysely, sql } from "kysely";

/** The event log, its outbox, and a signal to the workers. */
export async function createEvents(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
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
  // Finds whether a session was revoked. If several requests end one at once, one event remains.
  await sql`
    create unique index events_revoked on postern.events ((data->>'sessionId'))
    where type = 'session.revoked'`.execute(db);

  await db.schema
    .createTable("outbox")
    .addColumn("event_id", "uuid", (column) => column.primaryKey())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("sealed", "text")
    .execute();
  await db.schema.createIndex("outbox_created").on("outbox").column("created_at").execute();

  // One signal per statement, sent when its transaction commits. Polling finds what signals miss.
  await sql`
    create function postern.signal_outbox() returns trigger language plpgsql as $$
    begin
      if exists (select from added) then perform pg_notify('postern$outbox', ''); end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger signal_outbox after insert on postern.outbox referencing new table as added
    for each statement execute function postern.signal_outbox()`.execute(db);
}
