import { setTimeout } from "node:timers/promises";
import { errorFields } from "@postern/process";
import { claimOutbox, type Schema } from "@postern/postgres";
import type { Kysely } from "kysely";
import { type Job, type JobResult, PgBoss } from "pg-boss";
import { createQueues, fromJobData, insertJobs, type JobData, type Queues } from "./queues.ts";
import { handlerFor, type HandlerPorts, type Subscriber } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";

export interface WorkerOptions {
  readonly db: Kysely<Schema>;
  readonly queues: Queues;
  readonly ports: HandlerPorts;
  /** Told of every fault; whatever it befell is tried again. */
  readonly onFault: (error: unknown, during: string) => void;
  readonly subscribers?: readonly Subscriber[];
  readonly handleWithinMs?: number;
}

export interface Worker {
  /** Finishes what is under way and stops. */
  stop(): Promise<void>;
}

const CLAIM_AT_ONCE = 100;
const CLAIM_EVERY_MS = 200;
const AFTER_FAULT_MS = 1_000;
const STOP_WITHIN_MS = 10_000;
/** A handler that takes longer has failed, so that it holds up neither its neighbours nor a stop. */
const HANDLE_WITHIN_MS = 8_000;
/** Jobs a queue hands out at a time; while it can hand out as many, nobody waits for the next poll. */
const WORK = { batchSize: 20, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };

/** Moves events from the outbox to the subscribers' queues, and the queues' jobs to their handlers. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { onFault, subscribers = SUBSCRIBERS } = options;
  const boss = new PgBoss({
    ...options.queues,
    // A dead worker's jobs are taken over within a minute: look for missing heartbeats often.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
  });
  boss.on("error", (error) => onFault(error, "queues"));
  boss.on("warning", ({ message }) => onFault(new Error(message), "queues"));
  await boss.start();
  await createQueues(boss, subscribers);
  for (const subscriber of subscribers) {
    await boss.work<JobData, unknown, typeof WORK & { perJobResults: true }>(
      subscriber.name,
      { ...WORK, perJobResults: true },
      (jobs) => Promise.all(jobs.map((job) => perform(options, subscriber, job))),
    );
  }
  const relay = startRelay(options, boss, subscribers);
  return {
    async stop() {
      await relay.stop();
      await boss.stop({ graceful: true, timeout: STOP_WITHIN_MS });
    },
  };
}

/** One job; a failed one is tried again by its queue, and does not take its neighbours along. */
async function perform(
  { ports, onFault, handleWithinMs = HANDLE_WITHIN_MS }: WorkerOptions,
  subscriber: Subscriber,
  { id, data }: Job<JobData>,
): Promise<JobResult> {
  const event = fromJobData(data);
  try {
    await within(handleWithinMs, handlerFor(subscriber, event)?.(ports, event));
    return { id, status: "completed" };
  } catch (error) {
    onFault(error, subscriber.name);
    // Kept with the job, so only what may be logged: drivers hang addresses and hashes on errors.
    const { name, message } = errorFields(error);
    return { id, status: "failed", output: { name, message } };
  }
}

/** Waits for `promise`, but no longer than `ms`: then it throws, whatever becomes of the promise. */
async function within(ms: number, promise: Promise<void> | undefined): Promise<void> {
  const settled = new AbortController();
  const late = setTimeout(ms, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`took longer than ${ms} ms`);
  });
  late.catch(() => undefined); // also when it is called off, and nobody waits for it
  try {
    await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}

/** Empties the outbox into the queues again and again, until it is stopped. */
function startRelay(
  { db, onFault }: WorkerOptions,
  boss: PgBoss,
  subscribers: readonly Subscriber[],
): Worker {
  const stopping = new AbortController();
  const pause = (ms: number) =>
    setTimeout(ms, undefined, { signal: stopping.signal }).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const claimed = await claimOutbox(db, CLAIM_AT_ONCE, (events, transaction) =>
          insertJobs(boss, subscribers, events, transaction),
        );
        if (claimed < CLAIM_AT_ONCE) await pause(CLAIM_EVERY_MS);
      } catch (error) {
        onFault(error, "outbox");
        await pause(AFTER_FAULT_MS);
      }
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
