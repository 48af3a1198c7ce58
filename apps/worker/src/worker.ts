import { setTimeout } from "node:timers/promises";
import { claimOutbox, type Schema } from "@postern/postgres";
import type { Kysely } from "kysely";
import { type ConstructorOptions, PgBoss } from "pg-boss";
import { createQueues, fromJobData, insertJobs, type JobData } from "./queues.ts";
import type { HandlerPorts, Subscriber } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";

export interface WorkerOptions {
  readonly db: Kysely<Schema>;
  /** How pg-boss reaches the same database: a connection string, or an adapter. */
  readonly queues: Pick<ConstructorOptions, "backend" | "connectionString" | "db" | "max">;
  readonly ports: HandlerPorts;
  /** Told of every fault; whatever it befell is tried again. */
  readonly onFault: (error: unknown, during: string) => void;
  readonly subscribers?: readonly Subscriber[];
}

export interface Worker {
  /** Finishes what is under way and stops. */
  stop(): Promise<void>;
}

const CLAIM_AT_ONCE = 100;
const CLAIM_EVERY_MS = 200;
const AFTER_FAULT_MS = 1_000;
const STOP_WITHIN_MS = 20_000;

/** Moves events from the outbox to the subscribers' queues, and the queues' jobs to their handlers. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { ports, onFault, subscribers = SUBSCRIBERS } = options;
  const boss = new PgBoss({
    ...options.queues,
    // A dead worker's jobs are taken over within a minute: look for missing heartbeats often.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
  });
  boss.on("error", (error) => onFault(error, "queues"));
  await boss.start();
  await createQueues(boss, subscribers);
  for (const { name, handle } of subscribers) {
    const work = { pollingIntervalSeconds: 0.5, localConcurrency: 2 };
    await boss.work<JobData>(name, work, async ([job]) => {
      if (!job) return;
      try {
        await handle(ports, fromJobData(job.data));
      } catch (error) {
        onFault(error, name);
        throw error; // the queue retries it
      }
    });
  }
  const relay = startRelay(options, boss, subscribers);
  return {
    async stop() {
      await relay.stop();
      await boss.stop({ graceful: true, timeout: STOP_WITHIN_MS });
    },
  };
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
