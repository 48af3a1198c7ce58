import { type EventId, toEventJson, type UserEvent } from "@postern/domain";
import type { Schema } from "@postern/postgres";
import { type Kysely, sql } from "kysely";
import type { JobWithMetadata, PgBoss } from "pg-boss";
import { DELIVERIES, type DeliveryData } from "./deliveries.ts";
import {
  deadLetterOf,
  type JobData,
  JOBS_CHANNEL,
  openBoss,
  openQueue,
  type Queues,
} from "./queues.ts";
import { handlerFor } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";

/** An event that a subscriber, or an endpoint, could not be brought to take. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly eventId: string;
  readonly type: string;
  readonly endpointId: string | undefined;
  readonly tries: number;
  /** Of the event's job. */
  readonly since: Date;
  readonly reason: string;
}

/** Where an event has got to, for one subscriber or endpoint. */
export interface Whereabouts {
  readonly queue: string;
  readonly state: "waiting" | "tried" | "under way" | "done" | "dead";
  readonly tries: number;
  readonly endpointId: string | undefined;
}

const QUEUES = [...SUBSCRIBERS.map(({ name }) => name), DELIVERIES];
const STATES = {
  created: "waiting",
  retry: "tried",
  active: "under way",
  completed: "done",
  cancelled: "dead",
  failed: "dead",
} as const;

type Found = JobWithMetadata<JobData & Partial<DeliveryData>>;

/** What an operator does with queues. Opens them beside the workers, and does none of their work. */
export async function openDesk(
  queues: Queues,
  { db, keepDays }: { readonly db: Kysely<Schema>; readonly keepDays: number },
) {
  const signal = () => sql`select pg_notify(${JOBS_CHANNEL}, '')`.execute(db);
  const boss = openBoss(queues, () => undefined, { supervise: false });
  await boss.start();
  for (const name of QUEUES) {
    if (!(await boss.getQueue(name))) await openQueue(boss, name, { keepDays });
  }
  return {
    /** The oldest first. */
    async deadLetters(limit: number): Promise<readonly DeadLetter[]> {
      const found = await Promise.all(
        QUEUES.map((name) => boss.findJobs<Found["data"]>(deadLetterOf(name), { limit })),
      );
      return found.flat().map(toDeadLetter).slice(0, limit);
    },

    /** Queues them again; gives how many there were. */
    async retry(letters: readonly DeadLetter[]): Promise<number> {
      let moved = 0;
      for (const [queue, ids] of byQueue(letters)) {
        moved += await boss.redrive(deadLetterOf(queue), { ids, limit: ids.length });
      }
      await signal();
      return moved;
    },

    async discard(letters: readonly DeadLetter[]): Promise<void> {
      for (const [queue, ids] of byQueue(letters)) await boss.deleteJob(deadLetterOf(queue), ids);
    },

    async whereabouts(eventId: EventId): Promise<readonly Whereabouts[]> {
      const { rows } = await sql`select from outbox where event_id = ${eventId}`.execute(db);
      const inOutbox = {
        queue: "outbox",
        state: "waiting",
        tries: 0,
        endpointId: undefined,
      } as const;
      const found = await Promise.all(QUEUES.map((name) => ofEvent(boss, name, eventId)));
      const jobs = found.flat().map(({ name, state, retryCount, data }) => ({
        queue: name,
        state: STATES[state],
        tries: retryCount + (state === "created" ? 0 : 1),
        endpointId: data.endpointId,
      }));
      return rows.length > 0 ? [inOutbox, ...jobs] : jobs;
    },

    /**
     * Lets subscribers handle an event once more, or for the first time; gives the names of those.
     * Who is still at it is left alone. What was sealed for them is there only as long as the job is.
     */
    async replay(event: UserEvent, only?: string): Promise<readonly string[]> {
      const replayed: string[] = [];
      for (const subscriber of SUBSCRIBERS) {
        const { name } = subscriber;
        if (!handlerFor(subscriber, event) || (only !== undefined && only !== name)) continue;
        if (name === "webhooks") await forgetDone(boss, DELIVERIES, event.id);
        const jobs = await boss.findJobs<JobData>(name, { id: event.id });
        if (!(await forgetDone(boss, name, event.id))) continue;
        const data: JobData = { ...jobs[0]?.data, event: toEventJson(event) };
        await boss.insert(name, [{ id: event.id, data }]);
        replayed.push(name);
      }
      await signal();
      return replayed;
    },

    close: () => boss.stop({ graceful: false }),
  };
}

const ofEvent = (boss: PgBoss, name: string, id: EventId) =>
  boss.findJobs<Found["data"]>(name, { data: { event: { id } } });

/** Deletes the finished jobs of an event, so that it can be queued again; are all finished? */
async function forgetDone(boss: PgBoss, name: string, eventId: EventId): Promise<boolean> {
  const jobs = await ofEvent(boss, name, eventId);
  const isDone = ({ state }: Found) => !["created", "retry", "active"].includes(state);
  const done = jobs.filter(isDone).map(({ id }) => id);
  if (done.length > 0) await boss.deleteJob(name, done);
  return done.length === jobs.length;
}

function byQueue(letters: readonly DeadLetter[]): Map<string, string[]> {
  const queues = new Map<string, string[]>();
  for (const { queue, id } of letters) queues.set(queue, [...(queues.get(queue) ?? []), id]);
  return queues;
}

function toDeadLetter(job: Found): DeadLetter {
  const { message } = (job.sourceOutput ?? {}) as { message?: string };
  return {
    id: job.id,
    queue: job.sourceName ?? job.name.replace(/\.dead$/, ""),
    eventId: job.data.event.id,
    type: job.data.event.type,
    endpointId: job.data.endpointId,
    tries: (job.sourceRetryCount ?? 0) + 1,
    since: job.sourceCreatedOn ?? job.createdOn,
    reason: message ?? "",
  };
}
