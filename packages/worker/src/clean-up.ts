import type { Schema } from "@postern/postgres";
import { type Kysely, sql } from "kysely";
import { dropPayloads } from "./erase-user.ts";

/** How long finished records are kept. Unfinished records are never deleted. */
export interface Retention {
  readonly eventDays: number;
  /** Finished jobs, and records of webhook attempts. */
  readonly jobDays: number;
}

/**
 * Anybody can request mails for an address, so these events are kept for a short time: they must
 * not grow a user's log without bound.
 */
const REQUEST_DAYS = 7;

const BATCH_SIZE = 10_000;

/**
 * Deletes what is no longer needed: events that every subscriber has handled, records of sessions,
 * limits, changes of address and webhook attempts, and payloads. pg-boss deletes finished jobs.
 * Returns how many events were deleted because of `eventDays`.
 */
export async function cleanUp(
  db: Kysely<Schema>,
  { eventDays, jobDays }: Retention,
): Promise<number> {
  let total = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows: old } = await sql<{ id: string }>`
      select id from postern.events
      where recorded_at < now() - ${eventDays}::integer * interval '1 day' and id > ${after}::uuid
      order by id limit ${BATCH_SIZE}`.execute(db);
    const { numAffectedRows = 0n } = await sql`
      with undone as materialized (
        select (data->'event'->>'id')::uuid as id from postern_queues.job
        where state in ('created', 'retry', 'active') -- includes dead letters, each in its own queue
      )
      delete from postern.events where id = any(${old.map(({ id }) => id)}::uuid[])
        and id not in (select id from undone where id is not null)
        and not exists (select from postern.outbox where event_id = events.id)`.execute(db);
    total += Number(numAffectedRows);
    after = old.at(-1)?.id ?? after;
    if (old.length < BATCH_SIZE) break;
  }
  // An ended session's record serves retries of the request that ended it. The event stays.
  await sql`
    delete from postern.session_records where expires_at < now() or ended_at < now() - interval '1 hour'`.execute(
    db,
  );
  await sql`
    delete from postern.session_records using postern.users
    where users.id = session_records.user_id and users.epoch > session_records.epoch
      and users.updated_at < now() - interval '1 hour'`.execute(db);
  // As long as events: the data of Redis may go back by as much.
  await sql`
    delete from postern.session_revocations
    where recorded_at < now() - ${eventDays}::integer * interval '1 day'`.execute(db);
  await sql`
    delete from postern.rate_limits where expire < extract(epoch from now()) * 1000`.execute(db);
  // A user's count of failures is durable; that of an unknown address lasts for a day.
  await sql`
    delete from postern.failure_counts where updated_at < now() - interval '1 day'
      and not exists (select from postern.users where users.id = failure_counts.user_id)`.execute(
    db,
  );
  // Requests that anybody can make. Their mails are sent or expired by now.
  await sql`
    delete from postern.events where recorded_at < now() - ${REQUEST_DAYS}::integer * interval '1 day'
      and type in ('user.password_reset_requested', 'user.email_verification_requested',
        'user.registration_attempted')
      and not exists (select from postern.outbox where event_id = events.id)
      and not exists (
        select from postern_queues.job where state in ('created', 'retry', 'active')
          and data->'event'->>'id' = events.id::text
      )`.execute(db);
  await sql`delete from postern.email_changes where expires_at < now()`.execute(db);
  await dropPayloads(db);
  for (let deleted = BATCH_SIZE; deleted >= BATCH_SIZE;) {
    const { numAffectedRows = 0n } = await sql`
      delete from postern.webhook_attempts where id in (
        select id from postern.webhook_attempts
        where attempted_at < now() - ${jobDays}::integer * interval '1 day' limit ${BATCH_SIZE}
      )`.execute(db);
    deleted = Number(numAffectedRows);
  }
  return total;
}
