import type { EventJson } from "@postern/domain";
import type { PgBoss } from "pg-boss";
import { MAX_QUEUES, openQueue, type Retries } from "../queues.ts";
import { MAX_RETRIES } from "./retry-schedule.ts";

/** The job of one delivery. */
export interface DeliveryData {
  readonly endpointId: string;
  readonly event: EventJson;
}

/** Each endpoint has a queue of its own, so that what waits for one does not delay another. */
export const queueOf = (endpointId: string) => `webhooks.${endpointId}`;

const OF_ENDPOINT = /^webhooks\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export const isDelivery = (queue: string): boolean => OF_ENDPOINT.test(queue);

/** Deliveries that failed for good, to any endpoint. */
const DEAD_LETTERS = "webhooks.deliveries.dead";
const MAX_DEAD_LETTERS = 100_000;

/**
 * The queue's own retries. They apply if a worker died, and so set no time for the next attempt.
 */
const RETRIES: Retries = {
  limit: MAX_RETRIES,
  firstDelaySeconds: 1,
  longestDelaySeconds: 3_600,
};

export const openEndpointQueue = (
  boss: PgBoss,
  endpointId: string,
  keepDays: number,
): Promise<void> =>
  openQueue(boss, queueOf(endpointId), { keepDays, retries: RETRIES, deadLetter: DEAD_LETTERS });

/** Deletes the queue of a removed endpoint, and its dead letters. */
export async function deleteEndpointQueue(boss: PgBoss, endpointId: string): Promise<void> {
  await boss.deleteQueue(queueOf(endpointId));
  if (!(await boss.getQueue(DEAD_LETTERS))) return;
  const search = { data: { endpointId }, limit: MAX_DEAD_LETTERS };
  const letters = await boss.findJobs(DEAD_LETTERS, search);
  const ids = letters.map(({ id }) => id);
  if (ids.length > 0) await boss.deleteJob(DEAD_LETTERS, ids);
}

/** Returns the endpoints that have a queue, even if they were removed while no worker ran. */
export async function endpointsWithQueue(boss: PgBoss): Promise<readonly string[]> {
  const queues = await boss.getQueues(undefined, { limit: MAX_QUEUES });
  return queues.flatMap(({ name }) => OF_ENDPOINT.exec(name)?.[1] ?? []);
}
