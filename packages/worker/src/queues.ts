import {
  type EventJson,
  type EventPayload,
  fromEventJson,
  type Seal,
  toEventJson,
  type UserEvent,
} from "@postern/domain";
import {
  type ClaimedEvent,
  DEFAULT_SCHEMA,
  type Listener,
  type OnSignal,
  openPayload,
  type PostgresConnection,
  type Schema,
} from "@postern/postgres";
import { type Kysely, sql, type Transaction } from "kysely";
import {
  type ConstructorOptions,
  fromKysely,
  fromPglite,
  type JobInsert,
  PgBoss,
  type QueueOptions,
} from "pg-boss";
import { type Delivery, handlerFor, type Subscriber } from "./subscriber.ts";

/** The database connection of pg-boss. */
export type Queues = Pick<ConstructorOptions, "backend" | "db" | "schema">;

const schemaOf = (schema: string) => `${schema}_queues`;

/**
 * Uses a connection of ours, which survives faults. pg-boss's own pool ends the process on some.
 */
export const queuesOnPostgres = ({ execute, schema }: PostgresConnection): Queues => ({
  db: { executeSql: execute },
  schema: schemaOf(schema),
});

/** Uses the PGlite that holds everything else. */
export const queuesOnPglite = (pglite: Parameters<typeof fromPglite>[0]): Queues => ({
  db: fromPglite(pglite),
  backend: "pglite",
  schema: schemaOf(DEFAULT_SCHEMA),
});

/** Uses PGlite's own signals. It is one process, so none is lost. */
export const listenPglite =
  (pglite: Signals) =>
  async (onSignal: OnSignal): Promise<Listener> => {
    const silence = await Promise.all(
      [OUTBOX_CHANNEL, JOBS_CHANNEL].map((channel) =>
        pglite.listen(channel, (payload) => onSignal(channel, payload)),
      ),
    );
    return { close: async () => void (await Promise.all(silence.map((stop) => stop()))) };
  };

interface Signals {
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>;
}

/** pg-boss drops jobs that wait too long. The longest time it can count is 68 years. */
const NEVER_SECONDS = 2_147_483_647;
const DAY_SECONDS = 24 * 3_600;

/** How often an event is tried, and with which delays. */
export interface Retries {
  readonly limit: number;
  /** Doubles with each try, with jitter. */
  readonly firstDelaySeconds: number;
  readonly longestDelaySeconds: number;
}

/**
 * Retries for about a day before an operator has to look: after 1 s, 2 s, 4 s, …, then once an
 * hour.
 */
export const RETRIES: Retries = { limit: 35, firstDelaySeconds: 1, longestDelaySeconds: 3_600 };

/** Missing heartbeats tell that a worker has died. */
const HEARTBEAT_SECONDS = 10;
/** Longer than any handler may take: no job runs for ever, even with heartbeats. */
const EXPIRE_SECONDS = 600;

/** Subscribers, endpoints, and their queues of dead letters. */
export const MAX_QUEUES = 10_000;
/** Suffix of the name of a queue of dead letters. */
export const DEAD = ".dead";
const deadLetterOf = (queue: string) => queue + DEAD;

/** Creates pg-boss on the given connection. It is not started yet. */
export function openBoss(
  queues: Queues,
  onFault: (error: unknown, during: string) => void,
  { supervise = true } = {},
): PgBoss {
  const boss = new PgBoss({
    ...queues,
    createSchema: false, // a migration creates it
    supervise,
    // Another worker takes over a dead worker's jobs within a minute, so heartbeats are checked
    // often.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
  });
  boss.on("error", (error) => onFault(error, "queues"));
  boss.on("warning", ({ message }) => onFault(new Error(message), "queues"));
  return boss;
}

interface QueueSettings {
  /** How long finished jobs are kept. */
  readonly keepDays: number;
  readonly retries?: Retries | undefined;
  /** Default: the queue's own. */
  readonly deadLetter?: string;
}

/** Creates or updates a queue and its queue of dead letters. */
export async function openQueue(
  boss: PgBoss,
  name: string,
  { keepDays, retries = RETRIES, deadLetter = deadLetterOf(name) }: QueueSettings,
): Promise<void> {
  const forEver = { retentionSeconds: NEVER_SECONDS };
  const options: QueueOptions & { deadLetter: string } = {
    ...forEver,
    deadLetter,
    retryLimit: retries.limit,
    retryDelay: retries.firstDelaySeconds,
    retryBackoff: true,
    retryDelayMax: retries.longestDelaySeconds,
    deleteAfterSeconds: keepDays * DAY_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
  };
  await boss.createQueue(deadLetter, forEver);
  await boss.createQueue(name, options);
  await boss.updateQueue(name, options); // it may exist with other settings
}

/** The content of a job. */
export interface JobData {
  readonly event: EventJson;
  /** The event's payload from the outbox, encrypted. */
  readonly sealed?: string;
}

/**
 * Inserts a job for each subscriber that handles and needs the event, within `transaction`. A job
 * has the id of its event, unless the event takes the place of a waiting one.
 */
export async function insertJobs(
  { boss, seal }: { readonly boss: PgBoss; readonly seal: Seal },
  subscribers: readonly Subscriber[],
  claimed: readonly ClaimedEvent[],
  transaction: Transaction<Schema>,
): Promise<void> {
  const opened = claimed.map((one) => ({ ...one, payload: payloadOf(one, seal) }));
  const db = fromKysely(transaction);
  for (const subscriber of subscribers) {
    const { name, readsPayload, isNeeded = () => true, groupOf, replaces } = subscriber;
    const jobs = new Map<string, JobInsert<JobData>>(); // by singleton key, or by event id
    const ranks = groupOf ? await waitingByGroup(transaction, name) : new Map<string, number>();
    for (const { event, sealed, payload } of opened) {
      if (!handlerFor(subscriber, event) || !isNeeded(event, payload)) continue;
      const isRead = readsPayload && sealed !== undefined;
      const data: JobData = { event: toEventJson(event), ...(isRead && { sealed }) };
      const singletonKey = replaces?.(event);
      const id = groupOf?.(event, payload);
      // The waiting job keeps its place in the queue, so repeating a request delays nothing. A job
      // that waits for its next try is tried at once.
      if (singletonKey !== undefined) {
        const options = { startAfter: new Date(), singletonKey, match: "oldest", db } as const;
        const { jobs: updated } = await boss.update(name, data, options);
        const rank = (id !== undefined && ranks.get(id)) || 0;
        for (const job of updated) await moveUp(transaction, { queue: name, job, id, rank });
        if (updated.length > 0) continue;
      }
      const key = singletonKey ?? event.id;
      const replaced = jobs.get(key);
      if (replaced) {
        jobs.set(key, { ...replaced, id: event.id, data });
        continue;
      }
      const rank = id === undefined ? 0 : (ranks.get(id) ?? 0);
      if (id !== undefined) ranks.set(id, rank + 1);
      jobs.set(key, {
        id: event.id,
        data,
        ...(singletonKey !== undefined && { singletonKey }),
        // Fair queuing: the first job of each group comes before the second job of any.
        ...(id !== undefined && { group: { id }, priority: -rank }),
      });
    }
    if (jobs.size > 0) await boss.insert(name, [...jobs.values()], { db });
  }
  await signalJobs(transaction);
}

interface Move {
  readonly queue: string;
  readonly job: string;
  /** The group of the newest request, and how many jobs of it wait. */
  readonly id: string | undefined;
  readonly rank: number;
}

/** Moves a waiting job to the group of the newest request, if its turn comes earlier there. */
async function moveUp(transaction: Transaction<Schema>, { queue, job, id, rank }: Move) {
  await sql`
    update postern_queues.job set group_id = ${id ?? null}, priority = ${-rank}::integer
    where name = ${queue} and id = ${job}::uuid and priority < ${-rank}::integer`.execute(
    transaction,
  );
}

/** Returns how many jobs of each group wait in this queue. */
async function waitingByGroup(
  transaction: Transaction<Schema>,
  queue: string,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ group_id: string; count: number }>`
    select group_id, count(*)::int as count from postern_queues.job
    where name = ${queue} and state < 'active' and group_id is not null
    group by group_id`.execute(transaction);
  return new Map(rows.map(({ group_id, count }) => [group_id, count]));
}

/** A payload whose key is gone counts as empty here. The handler reports it. */
function payloadOf({ event, sealed }: ClaimedEvent, seal: Seal): EventPayload {
  try {
    return sealed === undefined ? {} : openPayload(seal, event.id, sealed).payload;
  } catch {
    return {};
  }
}

/** The channel that signals new jobs. In SQL, the schema of the installation takes its place. */
export const JOBS_CHANNEL = "postern$jobs";
/** The channel on which the database signals a new row in the outbox. */
export const OUTBOX_CHANNEL = "postern$outbox";

/** Tells the workers that there are new jobs, when the transaction commits. */
export const signalJobs = (db: Kysely<Schema>) =>
  sql`select pg_notify(${sql.lit(JOBS_CHANNEL)}, '')`.execute(db);

/** Returns the event of a job, and its payload decrypted. */
export function readJob(
  { event, sealed }: JobData,
  seal: Seal,
): { readonly event: UserEvent; readonly delivery: Delivery } {
  const delivery =
    sealed === undefined ? { payload: {}, keyId: undefined } : openPayload(seal, event.id, sealed);
  return { event: fromEventJson(event), delivery };
}
