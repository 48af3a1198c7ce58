import type { EventId, UserEvent } from "@postern/domain";
import { type Kysely, sql, type Transaction } from "kysely";
import { toEvent } from "./event-log.ts";
import type { Schema } from "./schema.ts";

/** An event that has left the outbox, with its sealed payload. */
export interface ClaimedEvent {
  readonly event: UserEvent;
  readonly sealed: string | undefined;
}

/**
 * Deletes up to `limit` events of these types from the outbox and passes them to `handOver`, in one
 * transaction: if `handOver` fails, they stay in the outbox. Returns the number of events. Several
 * workers may call this at once; each event goes to one of them.
 *
 * There is no "last position" that moves forward: with one, an event whose transaction commits late
 * would be skipped. An event of another type comes from a newer release, whose workers handle it.
 */
export async function claimOutbox(
  db: Kysely<Schema>,
  { limit, types }: { readonly limit: number; readonly types: readonly string[] },
  handOver: (events: readonly ClaimedEvent[], transaction: Transaction<Schema>) => Promise<void>,
): Promise<number> {
  return await db.transaction().execute(async (transaction) => {
    const { rows: claimed } = await sql<{ event_id: EventId; sealed: string | null }>`
      delete from postern.outbox where event_id in (
        select event_id from postern.outbox join postern.events on events.id = outbox.event_id
        where events.type = any(${[...types]})
        order by outbox.created_at limit ${limit} for update of outbox skip locked
      ) returning event_id, sealed`.execute(transaction);
    if (claimed.length === 0) return 0;
    const sealed = new Map(claimed.map((row) => [row.event_id as string, row.sealed]));
    const rows = await transaction
      .selectFrom("events")
      .selectAll()
      .where("id", "in", [...sealed.keys()])
      .execute();
    const events = rows.map((row) => ({
      event: toEvent(row),
      sealed: sealed.get(row.id) ?? undefined,
    }));
    await handOver(events, transaction);
    return claimed.length;
  });
}
