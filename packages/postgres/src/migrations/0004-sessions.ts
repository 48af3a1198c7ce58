import { type Kysely, sql } from "kysely";

/**
 * A session's id is the start of its token's hash, and its epoch is stored here too, so that its
 * end can be committed before the session store is asked. Sessions from before have other ids: they
 * end.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`truncate sessions, session_origins`.execute(db);
  await db.schema
    .alterTable("session_origins")
    .addColumn("epoch", "integer", (column) => column.notNull())
    .execute();

  // If several requests end a session at once, one event remains.
  await db.schema.dropIndex("events_revoked").execute();
  await sql`
    create unique index events_revoked on events ((data->>'sessionId'))
    where type = 'session.revoked'`.execute(db);
}
