import type { EventStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import { eventsOf, toEvent } from "./event-log.ts";
import type { Schema } from "./schema.ts";

/** The event log in the table `events`; what is appended goes to the outbox as well. */
export function postgresEventStore(db: Kysely<Schema>): EventStore {
  return {
    async append(events) {
      await sql`with changed as (select), ${eventsOf(events)} select`.execute(db);
    },

    async find(id) {
      const row = await db.selectFrom("events").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toEvent(row);
    },

    async list(userId, limit) {
      const rows = await db
        .selectFrom("events")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
  };
}
