import type { EmailKey, EventId, Seal, UserId } from "@postern/domain";
import { openPayload, type Schema } from "@postern/postgres";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { DEAD } from "./queues.ts";

const BATCH_SIZE = 1_000;

/** Where personal data of a user is stored, beside the user's own rows. */
interface Records {
  readonly db: Kysely<Schema>;
  readonly seal: Seal;
  /** The queues whose jobs hold sealed payloads. */
  readonly readers: readonly string[];
}

/**
 * These payloads say whom to notify. They stay until the notice was sent or cannot be: an owner
 * must learn of a theft.
 */
const TELLS_SOMEBODY = ["user.deleted", "user.email_changed"];

/** Removes the sealed payload, and what mail servers and handlers answered. */
const redacted = sql`data = data - 'sealed', output = null, source_output = null`;
const mayBeRedacted = sql`state <> 'active' and (
  data->'event'->>'type' <> all(${TELLS_SOMEBODY}::text[])
    or state in ('completed', 'failed', 'cancelled')
    -- An erasure that failed is still to be done, and needs the address in its payload.
    or (name like '%.dead' and name <> 'erasure.dead')
)`;

/** A sealed payload of an event without a user. Only opening it tells which address it is about. */
interface PayloadWithoutUser {
  readonly id: string;
  readonly event_id: EventId;
  readonly sealed: string;
}

/**
 * Removes sealed payloads and the answers of receivers and mail servers from everything stored
 * about a user's events. The events' ids stay, so that every subscriber still receives them.
 */
export async function eraseUser(
  { db, seal, readers }: Records,
  userId: UserId,
  emailKey: EmailKey | undefined,
): Promise<void> {
  await sql`
    update postern.outbox set sealed = null from postern.events
    where events.id = outbox.event_id and events.user_id = ${userId}
      and events.type <> all(${TELLS_SOMEBODY}::text[])`.execute(db);
  // A job has the id of its event, so the index finds it. Dead letters have ids of their own.
  await sql`
    update postern_queues.job set ${redacted}
    where name = any(${[...readers]}::text[]) and ${mayBeRedacted}
      and id in (select id from postern.events where user_id = ${userId})`.execute(db);
  await sql`
    update postern_queues.job set ${redacted}
    where name = any(${readers.map((name) => name + DEAD)}::text[])
      and data->'event'->>'userId' = ${userId} and ${mayBeRedacted}`.execute(db);
  await sql`
    update postern.webhook_attempts set answer = '' from postern.events
    where events.id = webhook_attempts.event_id and events.user_id = ${userId}`.execute(db);
  await sql`delete from postern.failure_counts where user_id = ${userId}`.execute(db);
  if (emailKey !== undefined) await eraseEventsWithoutUser({ db, seal, readers }, emailKey);
}

/**
 * Removes the payloads of events without a user that are about this address: attempts to register
 * it.
 */
async function eraseEventsWithoutUser(
  { db, seal, readers }: Records,
  emailKey: EmailKey,
): Promise<void> {
  const queues = readers.flatMap((name) => [name, name + DEAD]);
  const isAbout = ({ event_id, sealed }: PayloadWithoutUser) => {
    try {
      return openPayload(seal, event_id, sealed).payload.emailKey === emailKey;
    } catch {
      return true; // its encryption key was removed, so it is of no use
    }
  };
  await redactEach(
    (after) => sql<PayloadWithoutUser>`
      select event_id as id, event_id, sealed from postern.outbox join postern.events on events.id = event_id
      where sealed is not null and events.user_id is null and event_id > ${after}::uuid
      order by event_id limit ${BATCH_SIZE}`,
    (ids) => sql`update postern.outbox set sealed = null where event_id = any(${ids}::uuid[])`,
  );
  await redactEach(
    (after) => sql<PayloadWithoutUser>`
      select id, (data->'event'->>'id')::uuid as event_id, data->>'sealed' as sealed
      from postern_queues.job
      where name = any(${queues}::text[]) and state not in ('active', 'completed')
        and data->>'sealed' is not null and data->'event'->>'userId' is null and id > ${after}::uuid
      order by id limit ${BATCH_SIZE}`,
    (ids) => sql`
      update postern_queues.job set ${redacted} where id = any(${ids}::uuid[]) and state <> 'active'`,
  );

  /** Page by page, from the first id to the last. */
  async function redactEach(
    page: (after: string) => RawBuilder<PayloadWithoutUser>,
    redactAll: (ids: readonly string[]) => RawBuilder<unknown>,
  ): Promise<void> {
    let [after, found] = [LOWEST_ID, BATCH_SIZE];
    while (found === BATCH_SIZE) {
      const { rows } = await page(after).execute(db);
      await redactAll(rows.filter(isAbout).map(({ id }) => id)).execute(db);
      after = rows.at(-1)?.id ?? after;
      found = rows.length;
    }
  }
}

const LOWEST_ID = "00000000-0000-0000-0000-000000000000";

/** Removes the payload of a completed job: only its handler needed it. */
export async function dropPayload(db: Kysely<Schema>, queue: string, id: string): Promise<void> {
  await sql`
    update postern_queues.job set data = data - 'sealed'
    where name = ${queue} and id = ${id} and state = 'completed'`.execute(db);
}

/**
 * Removes the payloads of completed jobs whose worker was killed before `dropPayload`, and payloads
 * and answers of users who were deleted meanwhile.
 */
export async function dropPayloads(db: Kysely<Schema>): Promise<void> {
  await sql`
    update postern_queues.job set data = data - 'sealed'
    where state = 'completed' and data->>'sealed' is not null`.execute(db);
  await sql`
    update postern_queues.job set ${redacted}
    where data->'event'->>'userId' is not null and ${mayBeRedacted}
      and (data->>'sealed' is not null or output is not null or source_output is not null)
      and not exists (select from postern.users where id = (data->'event'->>'userId')::uuid)`.execute(
    db,
  );
  // Answers that arrived after the deletion, for events that were still being delivered.
  await sql`
    update postern.webhook_attempts set answer = '' from postern.events
    where events.id = webhook_attempts.event_id and answer <> '' and events.user_id is not null
      and not exists (select from postern.users where id = events.user_id)`.execute(db);
}
