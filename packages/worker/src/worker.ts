import { setTimeout as pause } from "node:timers/promises";
import { deleteUnverifiedUsers, type Seal } from "@postern/domain";
import type { Listener, OnSignal, Schema, WebhookStore } from "@postern/postgres";
import { type Networks, toPlainText } from "@postern/webhooks";
import type { Kysely } from "kysely";
import type { Job, PgBoss } from "pg-boss";
import { cleanUp, type Retention } from "./clean-up.ts";
import { dropPayload, eraseUser } from "./erase-user.ts";
import { type Outcome, startConsumer } from "./consumer.ts";
import { startDeliveries } from "./webhooks/deliveries.ts";
import {
  type JobData,
  openBoss,
  openQueue,
  OUTBOX_CHANNEL,
  type Queues,
  readJob,
  RETRIES,
} from "./queues.ts";
import { startRelay } from "./relay.ts";
import { handlerFor, type HandlerPorts, type Subscriber } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";
import { type Backlog, backlogs, overdue } from "./backlog.ts";

export interface WorkerOptions {
  readonly db: Kysely<Schema>;
  /** For housekeeping, which may take longer than a request. Default: `db`. */
  readonly maintenanceDb?: Kysely<Schema>;
  readonly queues: Queues;
  readonly ports: Omit<HandlerPorts, "records" | "webhooks">;
  readonly seal: Seal;
  readonly webhooks: { readonly store: WebhookStore; readonly networks: Networks };
  /**
   * Starts to forward the database's signals. They are hints: without them, everything is polled.
   */
  readonly listen: (onSignal: OnSignal) => Listener | Promise<Listener>;
  /** Called with every fault. The work is retried. */
  readonly onFault: (error: unknown, during: string) => void;
  /** Called repeatedly with what has waited too long. */
  readonly onBacklog?: (backlog: Backlog) => void;
  readonly subscribers?: readonly Subscriber[];
  /** Subscribers whose events are queued, and handled by other workers. */
  readonly pausedSubscribers?: readonly string[];
  readonly retention: Retention;
  /**
   * Deletes users who have not verified their address in time. Not on a worker that sends no mail.
   */
  readonly deletesUnverified?: boolean;
  /** When the first housekeeping runs. */
  readonly choresAfterMs?: number;
  /** How often an event is tried before it becomes a dead letter. */
  readonly tries?: number;
}

export interface Worker {
  /** Finishes running work and stops. */
  stop(): Promise<void>;
}

const CLEAN_UP_EVERY_MS = 3_600_000;
const FIRST_CHORES_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 60_000;
const UNVERIFIED_AT_ONCE = 100;

/**
 * Moves events from the outbox to the subscribers' queues, and runs the handlers of the queues'
 * jobs.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const boss = openBoss(options.queues, options.onFault);
  try {
    await boss.start();
    return await startOn(boss, options);
  } catch (error) {
    await stopBoss(boss).catch(() => undefined); // the first error tells more
    throw error;
  }
}

async function startOn(boss: PgBoss, options: WorkerOptions): Promise<Worker> {
  const {
    db,
    maintenanceDb = db,
    onFault,
    webhooks,
    subscribers = SUBSCRIBERS,
    retention,
  } = options;
  const { choresAfterMs = FIRST_CHORES_AFTER_MS, deletesUnverified = true } = options;
  const retries = options.tries === undefined ? RETRIES : { ...RETRIES, limit: options.tries - 1 };
  for (const { name } of subscribers) {
    await openQueue(boss, name, { keepDays: retention.jobDays, retries });
  }
  const { jobDays: keepDays } = retention;
  const deliveries = await startDeliveries({ boss, onFault, keepDays, ...webhooks });
  const readers = subscribers.filter((one) => one.readsPayload).map(({ name }) => name);
  const records: HandlerPorts["records"] = {
    erase: (userId, emailKey) =>
      eraseUser({ db: maintenanceDb, seal: options.seal, readers }, userId, emailKey),
  };
  const ports: HandlerPorts = { ...options.ports, webhooks: deliveries, records };
  const handled = subscribers.filter(({ name }) => !options.pausedSubscribers?.includes(name));
  const consumers = handled.map((subscriber) =>
    startConsumer<JobData>({
      boss,
      queue: subscriber.name,
      atOnce: subscriber.atOnce,
      staggerMs: subscriber.staggerMs,
      perGroup: subscriber.perGroup,
      perform: (job) => perform(options, ports, subscriber, job),
      async onCompleted({ id, data }) {
        if (data.sealed !== undefined) await dropPayload(maintenanceDb, subscriber.name, id);
      },
      onFault,
    }),
  );
  const onJobs = () => {
    for (const consumer of consumers) consumer.wake();
  };
  const relay = startRelay({ db, boss, seal: options.seal, subscribers, onFault, onJobs });
  const stopParts = async () => {
    await relay.stop();
    await Promise.all([...consumers, deliveries].map((consumer) => consumer.stop()));
  };
  let listener: Listener;
  try {
    listener = await options.listen((channel) => {
      if (channel === OUTBOX_CHANNEL) relay.wake();
      else onJobs();
    });
  } catch (error) {
    await stopParts();
    throw error;
  }
  const stopping = new AbortController();
  const chores = [
    every(CLEAN_UP_EVERY_MS, () => cleanUp(maintenanceDb, retention)),
    every(LOOK_EVERY_MS, async () => {
      if (deletesUnverified) await deleteUnverifiedUsers(ports, UNVERIFIED_AT_ONCE);
    }),
    every(LOOK_EVERY_MS, async () => {
      for (const backlog of overdue(await backlogs(maintenanceDb))) options.onBacklog?.(backlog);
    }),
  ];

  async function every(ms: number, act: () => Promise<unknown>): Promise<void> {
    for (let wait = choresAfterMs; !stopping.signal.aborted; wait = ms) {
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) await act().catch((error: unknown) => onFault(error, "chores"));
    }
  }

  return {
    async stop() {
      stopping.abort();
      await stopParts();
      await listener.close();
      await Promise.all(chores);
      await stopBoss(boss);
    },
  };
}

const stopBoss = (boss: PgBoss) => boss.stop({ graceful: true, timeout: 1_000 });

/** Runs one job. Its queue retries a failed one. */
async function perform(
  { onFault, seal }: WorkerOptions,
  ports: HandlerPorts,
  subscriber: Subscriber,
  { data }: Job<JobData>,
): Promise<Outcome> {
  try {
    const { event, delivery } = readJob(data, seal);
    const handler = handlerFor(subscriber, event);
    await within(subscriber.handleWithinMs, handler?.(ports, event, delivery));
    return { status: "completed" };
  } catch (error) {
    onFault(error, subscriber.name);
    // Stored with the job, so only what may be logged: drivers put addresses and hashes into
    // errors.
    const { name, message } = error instanceof Error ? error : new Error("no error was thrown");
    return { status: "failed", output: { name, message: toPlainText(message) } };
  }
}

/** Waits for `promise` for at most `ms`, then throws. The promise itself goes on. */
async function within(ms: number, promise: Promise<void> | undefined): Promise<void> {
  const settled = new AbortController();
  const late = pause(ms, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`took longer than ${ms} ms`);
  });
  late.catch(() => undefined); // also if it was aborted and nobody waits for it
  try {
    await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}
