import type { Schema } from "@postern/postgres";
import { type Kysely, sql } from "kysely";
import { dropPayloads } from "./erase-user.ts";

/** How long finished records are kept. Unfinished records are never deleted. */
export interface Retention {
  readonly eventDays: number;
  /** Finished jobs, and records of webhook attempts. */
  readonly jobDays: number;
}

const BATCH_SIZE = 10_000;

/**
 * Deletes old events that every subscriber has handled, and old records of webhook attempts.
 * pg-boss deletes finished jobs. Returns the number of deleted events.
 */
export async function cleanUp(
  db: Kysely<Schema>,
  { eventDays, jobDays }: Retention,
): Promise<number> {
  let total = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows: old } = await sql<{ id: string }>`
      select id from events
      where recorded_at < now() - ${eventDays}::integer * interval '1 day' and id > ${after}::uuid
      order by id limit ${BATCH_SIZE}`.execute(db);
    const { numAffectedRows = 0n } = await sql`
      with undone as materialized (
        select (data->'event'->>'id')::uuid as id from pgboss.job
        where state in ('created', 'retry', 'active') -- dead letters wait in queues of their own
      )
      delete from events where id = any(${old.map(({ id }) => id)}::uuid[])
        and id not in (select id from undone where id is not null)
        and not exists (select from outbox where event_id = events.id)`.execute(db);
    total += Number(numAffectedRows);
    after = old.at(-1)?.id ?? after;
    if (old.length < BATCH_SIZE) break;
  }
  await sql`delete from session_records where expires_at < now()`.execute(db);
  await sql`delete from email_changes where expires_at < now()`.execute(db);
  await dropPayloads(db);
  for (let deleted = BATCH_SIZE; deleted >= BATCH_SIZE;) {
    const { numAffectedRows = 0n } = await sql`
      delete from webhook_attempts where id in (
        select id from webhook_attempts
        where attempted_at < now() - ${jobDays}::integer * interval '1 day' limit ${BATCH_SIZE}
      )`.execute(db);
    deleted = Number(numAffectedRows);
  }
  return total;
}
