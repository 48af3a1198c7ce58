import type { UserEvent } from "@postern/domain";
import type { Transaction } from "kysely";
import { fromKysely, fromPglite, type PgBoss, type QueueOptions } from "pg-boss";
import type { Schema } from "@postern/postgres";
import type { Subscriber } from "./subscriber.ts";

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

/** Gives every subscriber a job for every event, within `transaction`. A job has its event's id. */
export async function insertJobs(
  boss: PgBoss,
  subscribers: readonly Subscriber[],
  events: readonly UserEvent[],
  transaction: Transaction<Schema>,
): Promise<void> {
  const jobs = events.map((event) => ({ id: event.id, data: toJobData(event) }));
  for (const { name } of subscribers)
    await boss.insert(name, jobs, { db: fromKysely(transaction) });
}

const toJobData = (event: UserEvent): JobData => ({
  ...event,
  occurredAt: event.occurredAt.toISOString(),
});

export const fromJobData = (data: JobData): UserEvent =>
  ({ ...data, occurredAt: new Date(data.occurredAt) }) as UserEvent;

/** Queues in the same PGlite that holds everything else. */
export const queuesOnPglite = (pglite: Parameters<typeof fromPglite>[0]) =>
  ({ db: fromPglite(pglite), backend: "pglite" }) as const;
