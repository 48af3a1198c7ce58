import type { EventId, EventStore, Seal, UserEvent, UserId } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import { eventsOf, toEvent } from "./event-log.ts";
import { retryIfAmbiguous } from "./ambiguous-commit.ts";
import type { Schema } from "./schema.ts";

export interface EventSearch {
  readonly userId?: UserId | undefined;
  readonly type?: string | undefined;
  /** Recorded at this time or later. */
  readonly since?: Date | undefined;
  /** Older than the event with this id. */
  readonly before?: EventId | undefined;
  readonly limit: number;
}

/** Searches the log for an operator, the newest event first. */
export async function searchEvents(
  db: Kysely<Schema>,
  { userId, type, since, before, limit }: EventSearch,
): Promise<readonly UserEvent[]> {
  let found = db.selectFrom("events").selectAll().orderBy("id", "desc").limit(limit);
  if (userId !== undefined) found = found.where("user_id", "=", userId);
  if (type !== undefined) found = found.where("type", "=", type);
  if (since !== undefined) found = found.where("recorded_at", ">=", since);
  if (before !== undefined) found = found.where("id", "<", before);
  return (await found.execute()).map(toEvent);
}

/** The event log in the table `events`. Appended events go to the outbox too. */
export function postgresEventStore(db: Kysely<Schema>, seal?: Seal): EventStore {
  return {
    async append(events) {
      const append = async () =>
        void (await sql`
          with changed as (select), ${eventsOf(seal, { events })} select`.execute(db));
      await retryIfAmbiguous(append, append); // an event that was stored is not stored again
    },

    async find(id) {
      const row = await db.selectFrom("events").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toEvent(row);
    },

    async list(userId, limit, after) {
      const own = db.selectFrom("events").selectAll().where("user_id", "=", userId);
      const page = after === undefined ? own : own.where("id", ">", after);
      return (await page.orderBy("id").limit(limit).execute()).map(toEvent);
    },
  };
}
