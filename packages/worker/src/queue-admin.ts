import { type EventId, toEventJson, type UserEvent } from "@postern/domain";
import type { Schema } from "@postern/postgres";
import { type Kysely, sql } from "kysely";
import type { JobWithMetadata, PgBoss } from "pg-boss";
import { type DeliveryData, isDelivery } from "./webhooks/endpoint-queue.ts";
import {
  DEAD,
  type JobData,
  MAX_QUEUES,
  openBoss,
  openQueue,
  type Queues,
  signalJobs,
} from "./queues.ts";
import { handlerFor } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";

/** An event that a subscriber or an endpoint could not handle. */
export interface DeadLetter {
  readonly id: string;
  /** The queue of dead letters that holds it. */
  readonly deadIn: string;
  readonly queue: string;
  readonly eventId: string;
  readonly type: string;
  readonly endpointId: string | undefined;
  readonly tries: number;
  /** When the event's job was created. */
  readonly since: Date;
  readonly reason: string;
}

export interface DeadLetterSearch {
  readonly limit: number;
  readonly queue?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** The state of an event for one subscriber or endpoint. */
export interface EventStatus {
  readonly queue: string;
  readonly state: "waiting" | "tried" | "under way" | "done" | "dead";
  readonly tries: number;
  readonly endpointId: string | undefined;
}

/** Maximum number of jobs that pg-boss returns. */
const MAX_FOUND = 100_000;

const STATES = {
  created: "waiting",
  retry: "tried",
  active: "under way",
  completed: "done",
  cancelled: "dead",
  failed: "dead",
} as const;

type Found = JobWithMetadata<JobData & Partial<DeliveryData>>;

/** Opens the queues for an operator, beside the workers. It handles no jobs. */
export async function openQueueAdmin(
  queues: Queues,
  { db, keepDays }: { readonly db: Kysely<Schema>; readonly keepDays: number },
) {
  const signal = () => signalJobs(db);
  const boss = openBoss(queues, () => undefined, { supervise: false });
  const close = () => boss.stop({ graceful: false });
  try {
    await boss.start();
    for (const { name } of SUBSCRIBERS) {
      if (!(await boss.getQueue(name))) await openQueue(boss, name, { keepDays });
    }
  } catch (error) {
    await close().catch(() => undefined); // what stays open keeps the process running
    throw error;
  }
  const queueNames = async () =>
    (await boss.getQueues(undefined, { limit: MAX_QUEUES })).map(({ name }) => name);
  const living = async () => (await queueNames()).filter((name) => !name.endsWith(DEAD));
  const dead = async () => (await queueNames()).filter((name) => name.endsWith(DEAD));
  return {
    /** Returns the queues that can have dead letters: subscribers, and `webhooks.<endpoint>`. */
    queues: living,

    /** Returns dead letters, the oldest first: of one queue, with these ids, or all. */
    async deadLetters({ limit, queue, ids }: DeadLetterSearch): Promise<readonly DeadLetter[]> {
      const found: Found[] = [];
      // pg-boss cannot filter by the original queue, so this is done here.
      const most = queue === undefined ? limit : MAX_FOUND;
      for (const name of await dead()) {
        if (ids) {
          for (const id of ids) found.push(...(await boss.findJobs<Found["data"]>(name, { id })));
        } else found.push(...(await boss.findJobs<Found["data"]>(name, { limit: most })));
      }
      return found
        .map(toDeadLetter)
        .filter((letter) => queue === undefined || letter.queue === queue)
        .toSorted((one, other) => one.since.getTime() - other.since.getTime())
        .slice(0, limit);
    },

    /** Queues the dead letters again, and returns how many were moved. */
    async retry(letters: readonly DeadLetter[]): Promise<number> {
      let moved = 0;
      for (const [queue, ids] of byQueue(letters)) {
        moved += await boss.redrive(queue, { ids, limit: ids.length });
      }
      await signal();
      return moved;
    },

    async discard(letters: readonly DeadLetter[]): Promise<void> {
      for (const [queue, ids] of byQueue(letters)) await boss.deleteJob(queue, ids);
    },

    async status(eventId: EventId): Promise<readonly EventStatus[]> {
      const { rows } = await sql`select from postern.outbox where event_id = ${eventId}`.execute(
        db,
      );
      const inOutbox = {
        queue: "outbox",
        state: "waiting",
        tries: 0,
        endpointId: undefined,
      } as const;
      const found = await Promise.all((await living()).map((name) => ofEvent(boss, name, eventId)));
      const jobs = found.flat().map(({ name, state, retryCount, data }) => ({
        queue: name,
        state: STATES[state],
        tries: retryCount + (state === "created" ? 0 : 1),
        endpointId: data.endpointId,
      }));
      return rows.length > 0 ? [inOutbox, ...jobs] : jobs;
    },

    /**
     * Lets subscribers handle an event again, or for the first time, and returns their names. Skips
     * a subscriber whose job is unfinished. The payload exists only while the job does.
     */
    async replay(event: UserEvent, only?: string): Promise<readonly string[]> {
      const replayed: string[] = [];
      for (const subscriber of SUBSCRIBERS) {
        const { name } = subscriber;
        if (!handlerFor(subscriber, event) || (only !== undefined && only !== name)) continue;
        if (name === "webhooks") {
          const deliveries = (await living()).filter(isDelivery);
          for (const queue of deliveries) await deleteDone(boss, queue, event.id);
        }
        const jobs = await boss.findJobs<JobData>(name, { id: event.id });
        if (!(await deleteDone(boss, name, event.id))) continue;
        const data: JobData = { ...jobs[0]?.data, event: toEventJson(event) };
        await boss.insert(name, [{ id: event.id, data }]);
        replayed.push(name);
      }
      await signal();
      return replayed;
    },

    close,
  };
}

const ofEvent = (boss: PgBoss, name: string, id: EventId) =>
  boss.findJobs<Found["data"]>(name, { data: { event: { id } } });

/**
 * Deletes the finished jobs of an event, so that it can be queued again. Returns whether all were
 * finished.
 */
async function deleteDone(boss: PgBoss, name: string, eventId: EventId): Promise<boolean> {
  const jobs = await ofEvent(boss, name, eventId);
  const isDone = ({ state }: Found) => !["created", "retry", "active"].includes(state);
  const done = jobs.filter(isDone).map(({ id }) => id);
  if (done.length > 0) await boss.deleteJob(name, done);
  return done.length === jobs.length;
}

function byQueue(letters: readonly DeadLetter[]): Map<string, string[]> {
  const queues = new Map<string, string[]>();
  for (const { deadIn, id } of letters) queues.set(deadIn, [...(queues.get(deadIn) ?? []), id]);
  return queues;
}

function toDeadLetter(job: Found): DeadLetter {
  const data: Partial<Found["data"]> = job.data;
  const { message } = (job.sourceOutput ?? {}) as { message?: string };
  return {
    id: job.id,
    deadIn: job.name,
    queue: job.sourceName ?? job.name.replace(/\.dead$/, ""),
    // An earlier release may have stored another format.
    eventId: data.event?.id ?? "unknown",
    type: data.event?.type ?? "unknown",
    endpointId: data.endpointId,
    tries: (job.sourceRetryCount ?? 0) + 1,
    since: job.sourceCreatedOn ?? job.createdOn,
    reason: message ?? "",
  };
}
