import type { UserEvent } from "@postern/domain";
import type { PostgresConnection, Schema } from "@postern/postgres";
import type { Transaction } from "kysely";
import {
  type ConstructorOptions,
  fromKysely,
  fromPglite,
  type PgBoss,
  type QueueOptions,
} from "pg-boss";
import { handlerFor, type Subscriber } from "./subscriber.ts";

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

/** pg-boss drops jobs that wait for too long; the longest it can count, 68 years, is never. */
const NEVER_SECONDS = 2_147_483_647;

/** Tried for about a day before a person has to look: 1 s, 2 s, 4 s, … then once an hour. */
const QUEUE: QueueOptions = {
  retryLimit: 35,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 3_600,
  retentionSeconds: NEVER_SECONDS,
  deleteAfterSeconds: 7 * 24 * 3_600,
  // A worker that has died is noticed by its missing heartbeat, not by the job's time limit.
  heartbeatSeconds: 15,
  expireInSeconds: 120,
};

/** What a job carries: the event, its time as JSON has it. */
export type JobData = Omit<UserEvent, "occurredAt"> & { readonly occurredAt: string };

/** Makes a queue for each subscriber, and one for what it could not handle in the end. */
export async function createQueues(
  boss: PgBoss,
  subscribers: readonly Subscriber[],
): Promise<void> {
  for (const { name } of subscribers) {
    const deadLetter = `${name}.dead`;
    await boss.createQueue(deadLetter, { retentionSeconds: NEVER_SECONDS });
    await boss.createQueue(name, { ...QUEUE, deadLetter });
  }
}

/**
 * Gives every subscriber a job for each event that it handles, within `transaction`. A job has its
 * event's id.
 */
export async function insertJobs(
  boss: PgBoss,
  subscribers: readonly Subscriber[],
  events: readonly UserEvent[],
  transaction: Transaction<Schema>,
): Promise<void> {
  for (const subscriber of subscribers) {
    const heard = events.filter((event) => handlerFor(subscriber, event));
    const jobs = heard.map((event) => ({ id: event.id, data: toJobData(event) }));
    if (jobs.length > 0) await boss.insert(subscriber.name, jobs, { db: fromKysely(transaction) });
  }
}

const toJobData = (event: UserEvent): JobData => ({
  ...event,
  occurredAt: event.occurredAt.toISOString(),
});

export const fromJobData = (data: JobData): UserEvent =>
  ({ ...data, occurredAt: new Date(data.occurredAt) }) as UserEvent;
