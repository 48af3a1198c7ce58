import type { EventStore, Seal } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import { eventsOf, toEvent } from "./event-log.ts";
import { ifAnswerLost } from "./lost-answer.ts";
import type { Schema } from "./schema.ts";

/** The event log in the table `events`; what is appended goes to the outbox as well. */
export function postgresEventStore(db: Kysely<Schema>, seal?: Seal): EventStore {
  return {
    async append(events) {
      const append = async () =>
        void (await sql`
          with changed as (select), ${eventsOf(seal, { events })} select`.execute(db));
      await ifAnswerLost(append, append); // what was kept is not kept again
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
