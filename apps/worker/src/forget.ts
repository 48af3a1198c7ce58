import type { EmailKey, EventId, Seal, UserId } from "@postern/domain";
import { openPayload, type Schema } from "@postern/postgres";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { DEAD } from "./queues.ts";

const AT_ONCE = 1_000;

/** Where the traces are. */
interface Records {
  readonly db: Kysely<Schema>;
  readonly seal: Seal;
  /** The queues whose jobs hold what is sealed. */
  readonly readers: readonly string[];
}

/** Who is to be told is sealed into these until they are, or cannot be: an owner must hear of a theft. */
const TELLS_SOMEBODY = ["user.deleted", "user.email_changed"];

/** Without what was sealed, and without what mail servers and handlers said. */
const bare = sql`data = data - 'sealed', output = null, source_output = null`;
const mayBeBared = sql`state <> 'active' and (
  data->'event'->>'type' <> all(${TELLS_SOMEBODY}::text[])
    or state in ('completed', 'failed', 'cancelled')
    or (name like '%.dead' and name <> 'forget.dead') -- which still has to be done, for whom it says
)`;

/** Something sealed that is nobody's: only who opens it can tell whom it is about. */
interface Nobodys {
  readonly id: string;
  readonly event_id: EventId;
  readonly sealed: string;
}

/**
 * Takes what is sealed, and what receivers and mail servers said, out of everything that is kept about
 * a user's events. The events' ids stay, so that whoever hears of them still does.
 */
export async function forgetUser(
  { db, seal, readers }: Records,
  userId: UserId,
  emailKey: EmailKey | undefined,
): Promise<void> {
  await sql`
    update outbox set sealed = null from events
    where events.id = outbox.event_id and events.user_id = ${userId}
      and events.type <> all(${TELLS_SOMEBODY}::text[])`.execute(db);
  // A job has its event's id, so these are found by index; dead letters have ids of their own.
  await sql`
    update pgboss.job set ${bare}
    where name = any(${[...readers]}::text[]) and ${mayBeBared}
      and id in (select id from events where user_id = ${userId})`.execute(db);
  await sql`
    update pgboss.job set ${bare}
    where name = any(${readers.map((name) => name + DEAD)}::text[])
      and data->'event'->>'userId' = ${userId} and ${mayBeBared}`.execute(db);
  await sql`
    update webhook_attempts set answer = '' from events
    where events.id = webhook_attempts.event_id and events.user_id = ${userId}`.execute(db);
  if (emailKey !== undefined) await forgetNobodys({ db, seal, readers }, emailKey);
}

/** What is about the address and nobody's: attempts to register it. */
async function forgetNobodys({ db, seal, readers }: Records, emailKey: EmailKey): Promise<void> {
  const queues = readers.flatMap((name) => [name, name + DEAD]);
  const isAbout = ({ event_id, sealed }: Nobodys) => {
    try {
      return openPayload(seal, event_id, sealed).payload.emailKey === emailKey;
    } catch {
      return true; // its key is gone, so it serves nobody any more
    }
  };
  await bareEach(
    (after) => sql<Nobodys>`
      select event_id as id, event_id, sealed from outbox join events on events.id = event_id
      where sealed is not null and events.user_id is null and event_id > ${after}::uuid
      order by event_id limit ${AT_ONCE}`,
    (ids) => sql`update outbox set sealed = null where event_id = any(${ids}::uuid[])`,
  );
  await bareEach(
    (after) => sql<Nobodys>`
      select id, (data->'event'->>'id')::uuid as event_id, data->>'sealed' as sealed
      from pgboss.job
      where name = any(${queues}::text[]) and state not in ('active', 'completed')
        and data->>'sealed' is not null and data->'event'->>'userId' is null and id > ${after}::uuid
      order by id limit ${AT_ONCE}`,
    (ids) => sql`
      update pgboss.job set ${bare} where id = any(${ids}::uuid[]) and state <> 'active'`,
  );

  /** Page by page, from the first id to the last. */
  async function bareEach(
    page: (after: string) => RawBuilder<Nobodys>,
    bareAll: (ids: readonly string[]) => RawBuilder<unknown>,
  ): Promise<void> {
    let [after, found] = [NOTHING, AT_ONCE];
    while (found === AT_ONCE) {
      const { rows } = await page(after).execute(db);
      await bareAll(rows.filter(isAbout).map(({ id }) => id)).execute(db);
      after = rows.at(-1)?.id ?? after;
      found = rows.length;
    }
  }
}

const NOTHING = "00000000-0000-0000-0000-000000000000";

/** What was sealed into a job is for its handler alone, and gone when that is done. */
export async function dropPayload(db: Kysely<Schema>, queue: string, id: string): Promise<void> {
  await sql`
    update pgboss.job set data = data - 'sealed'
    where name = ${queue} and id = ${id} and state = 'completed'`.execute(db);
}

/** The same for jobs whose worker was killed in between, and all of it for users who are gone. */
export async function dropPayloads(db: Kysely<Schema>): Promise<void> {
  await sql`
    update pgboss.job set data = data - 'sealed'
    where state = 'completed' and data->>'sealed' is not null`.execute(db);
  await sql`
    update pgboss.job set ${bare}
    where data->'event'->>'userId' is not null and ${mayBeBared}
      and (data->>'sealed' is not null or output is not null or source_output is not null)
      and not exists (select from users where id = (data->'event'->>'userId')::uuid)`.execute(db);
  // What receivers have said since, of events that were still on their way to them.
  await sql`
    update webhook_attempts set answer = '' from events
    where events.id = webhook_attempts.event_id and answer <> '' and events.user_id is not null
      and not exists (select from users where id = events.user_id)`.execute(db);
}
