import {
  type EventJson,
  fromEventJson,
  type Seal,
  toEventJson,
  type UserEvent,
} from "@postern/domain";
import {
  type ClaimedEvent,
  type Listener,
  type OnSignal,
  openPayload,
  type PostgresConnection,
  type Schema,
} from "@postern/postgres";
import { sql, type Transaction } from "kysely";
import {
  type ConstructorOptions,
  fromKysely,
  fromPglite,
  PgBoss,
  type QueueOptions,
} from "pg-boss";
import { type Delivery, handlerFor, type Subscriber } from "./subscriber.ts";

/** How pg-boss reaches the database. */
export type Queues = Pick<ConstructorOptions, "backend" | "db">;

/** On a connection of ours, which outlives its faults; pg-boss's own pool ends the process on some. */
export const queuesOnPostgres = ({ execute }: PostgresConnection): Queues => ({
  db: { executeSql: execute },
});

/** In the same PGlite that holds everything else. */
export const queuesOnPglite = (pglite: Parameters<typeof fromPglite>[0]): Queues => ({
  db: fromPglite(pglite),
  backend: "pglite",
});

/** PGlite's own signals: it is one process, so none is lost. */
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

/** pg-boss drops jobs that wait for too long; the longest it can count, 68 years, is never. */
const NEVER_SECONDS = 2_147_483_647;
const DAY_SECONDS = 24 * 3_600;

/** How often the handling of an event is tried, and how soon again. */
export interface Retries {
  readonly limit: number;
  /** Doubles with each try, with jitter. */
  readonly firstDelaySeconds: number;
  readonly longestDelaySeconds: number;
}

/** Tried for about a day before a person has to look: 1 s, 2 s, 4 s, … then once an hour. */
export const RETRIES: Retries = { limit: 35, firstDelaySeconds: 1, longestDelaySeconds: 3_600 };

/** A worker that has died is noticed by its missing heartbeats. */
const HEARTBEAT_SECONDS = 10;
/** More than anything is given to take; nothing goes on for ever, heartbeats or not. */
const EXPIRE_SECONDS = 600;

/** Subscribers, endpoints, and their dead letters. */
export const MOST_QUEUES = 10_000;
/** Ends the name of a queue of dead letters. */
export const DEAD = ".dead";
const deadLetterOf = (queue: string) => queue + DEAD;

/** pg-boss on the given connection. Not started yet. */
export function openBoss(
  queues: Queues,
  onFault: (error: unknown, during: string) => void,
  { supervise = true } = {},
): PgBoss {
  const boss = new PgBoss({
    ...queues,
    createSchema: false, // a migration has
    supervise,
    // A dead worker's jobs are taken over within a minute: look for missing heartbeats often.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
  });
  boss.on("error", (error) => onFault(error, "queues"));
  boss.on("warning", ({ message }) => onFault(new Error(message), "queues"));
  return boss;
}

interface QueueSettings {
  /** Finished jobs. */
  readonly keepDays: number;
  readonly retries?: Retries | undefined;
  /** The queue's own, if not given. */
  readonly deadLetter?: string;
}

/** Makes or updates a queue, and the one for what could not be handled in the end. */
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
  await boss.updateQueue(name, options); // it may be there, from another configuration
}

/** What a job carries. */
export interface JobData {
  readonly event: EventJson;
  /** The payload as the outbox had it, encrypted. */
  readonly sealed?: string;
}

/**
 * Gives every subscriber a job for each event that it handles, within `transaction`. A job has its
 * event's id.
 */
export async function insertJobs(
  boss: PgBoss,
  subscribers: readonly Subscriber[],
  claimed: readonly ClaimedEvent[],
  transaction: Transaction<Schema>,
): Promise<void> {
  for (const subscriber of subscribers) {
    const heard = claimed.filter(({ event }) => handlerFor(subscriber, event));
    const jobs = heard.map(({ event, sealed }) => {
      const isRead = subscriber.readsPayload && sealed !== undefined;
      const data: JobData = { event: toEventJson(event), ...(isRead && { sealed }) };
      return { id: event.id, data };
    });
    if (jobs.length > 0) await boss.insert(subscriber.name, jobs, { db: fromKysely(transaction) });
  }
  await sql`select pg_notify(${JOBS_CHANNEL}, '')`.execute(transaction);
}

/** Signalled when there are jobs. */
export const JOBS_CHANNEL = "postern_jobs";
/** Signalled by the database when there is something in the outbox. */
export const OUTBOX_CHANNEL = "postern_outbox";

/** The event of a job, and its payload in the clear. */
export function readJob(
  { event, sealed }: JobData,
  seal: Seal,
): { readonly event: UserEvent; readonly delivery: Delivery } {
  const delivery =
    sealed === undefined ? { payload: {}, keyId: undefined } : openPayload(seal, event.id, sealed);
  return { event: fromEventJson(event), delivery };
}
