import { type Kysely, sql } from "kysely";

/** Finds the revocations since a transaction. Writers do not wait while it is built. */
export async function up(db: Kysely<unknown>, concurrently: "concurrently" | ""): Promise<void> {
  const how = sql.raw(concurrently);
  // What an attempt left behind that was cut off is not valid.
  await sql`drop index ${how} if exists postern.events_in_order`.execute(db);
  await sql`
    create index ${how} events_in_order on postern.events (recorded_in)
    where type <> 'session.created'`.execute(db);
}
