import { setTimeout as pause } from "node:timers/promises";
import { deleteUnverifiedUsers, type Seal } from "@postern/domain";
import type { Listener, OnSignal, Schema, WebhookStore } from "@postern/postgres";
import { errorFields } from "@postern/process";
import { type Networks, toPlainText } from "@postern/webhooks";
import type { Kysely } from "kysely";
import type { Job, PgBoss } from "pg-boss";
import { cleanUp, type Retention } from "./clean-up.ts";
import { dropPayload, forgetUser } from "./forget.ts";
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
import { type Backlog, backlogs, worrying } from "./watch.ts";

export interface WorkerOptions {
  readonly db: Kysely<Schema>;
  /** For housekeeping, which may take longer than a request may; `db`, if not given. */
  readonly patientDb?: Kysely<Schema>;
  readonly queues: Queues;
  readonly ports: Omit<HandlerPorts, "records" | "webhooks">;
  readonly seal: Seal;
  readonly webhooks: { readonly store: WebhookStore; readonly networks: Networks };
  /** Begins to pass on the database's signals. They are hints; without any, everything is polled. */
  readonly listen: (onSignal: OnSignal) => Listener | Promise<Listener>;
  /** Told of every fault; whatever it befell is tried again. */
  readonly onFault: (error: unknown, during: string) => void;
  /** Told again and again of what waits for too long. */
  readonly onBacklog?: (backlog: Backlog) => void;
  readonly subscribers?: readonly Subscriber[];
  /** Names of subscribers whose events are queued, and handled by other workers. */
  readonly resting?: readonly string[];
  readonly retention: Retention;
  /** Deletes users who have not verified their address in time. Not where no link is mailed. */
  readonly deletesUnverified?: boolean;
  /** When housekeeping is done for the first time. */
  readonly choresAfterMs?: number;
  /** How often the handling of an event is tried before it is a dead letter. */
  readonly tries?: number;
}

export interface Worker {
  /** Finishes what is under way and stops. */
  stop(): Promise<void>;
}

const CLEAN_UP_EVERY_MS = 3_600_000;
const FIRST_CHORES_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 60_000;
const UNVERIFIED_AT_ONCE = 100;

/** Moves events from the outbox to the subscribers' queues, and the queues' jobs to their handlers. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { db, patientDb = db, onFault, webhooks, subscribers = SUBSCRIBERS, retention } = options;
  const { choresAfterMs = FIRST_CHORES_AFTER_MS, deletesUnverified = true } = options;
  const boss = openBoss(options.queues, onFault);
  await boss.start();
  const retries = options.tries === undefined ? RETRIES : { ...RETRIES, limit: options.tries - 1 };
  for (const { name } of subscribers) {
    await openQueue(boss, name, { keepDays: retention.jobDays, retries });
  }
  const { jobDays: keepDays } = retention;
  const deliveries = await startDeliveries({ boss, onFault, keepDays, ...webhooks });
  const readers = subscribers.filter((one) => one.readsPayload).map(({ name }) => name);
  const records: HandlerPorts["records"] = {
    forget: (userId, emailKey) =>
      forgetUser({ db: patientDb, seal: options.seal, readers }, userId, emailKey),
  };
  const ports: HandlerPorts = { ...options.ports, webhooks: deliveries, records };
  const handled = subscribers.filter(({ name }) => !options.resting?.includes(name));
  const consumers = handled.map((subscriber) =>
    startConsumer<JobData>({
      boss,
      queue: subscriber.name,
      atOnce: subscriber.atOnce,
      staggerMs: subscriber.staggerMs,
      perform: (job) => perform(options, ports, subscriber, job),
      async onCompleted({ id, data }) {
        if (data.sealed !== undefined) await dropPayload(patientDb, subscriber.name, id);
      },
      onFault,
    }),
  );
  const onJobs = () => {
    for (const consumer of consumers) consumer.wake();
  };
  const relay = startRelay({ db, boss, subscribers, onFault, onJobs });
  const listener = await options.listen((channel) => {
    if (channel === OUTBOX_CHANNEL) relay.wake();
    else onJobs();
  });
  const stopping = new AbortController();
  const chores = [
    every(CLEAN_UP_EVERY_MS, () => cleanUp(patientDb, retention)),
    every(LOOK_EVERY_MS, async () => {
      if (deletesUnverified) await deleteUnverifiedUsers(ports, UNVERIFIED_AT_ONCE);
    }),
    every(LOOK_EVERY_MS, async () => {
      for (const backlog of worrying(await backlogs(patientDb))) options.onBacklog?.(backlog);
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
      await relay.stop();
      await Promise.all([...consumers, deliveries].map((consumer) => consumer.stop()));
      await listener.close();
      await Promise.all(chores);
      await stopBoss(boss);
    },
  };
}

const stopBoss = (boss: PgBoss) => boss.stop({ graceful: true, timeout: 1_000 });

/** One job; a failed one is tried again by its queue. */
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
    // Kept with the job, so only what may be logged: drivers hang addresses and hashes on errors.
    const { name, message } = errorFields(error);
    return { status: "failed", output: { name, message: toPlainText(String(message)) } };
  }
}

/** Waits for `promise`, but no longer than `ms`: then it throws, whatever becomes of the promise. */
async function within(ms: number, promise: Promise<void> | undefined): Promise<void> {
  const settled = new AbortController();
  const late = pause(ms, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`took longer than ${ms} ms`);
  });
  late.catch(() => undefined); // also when it is called off, and nobody waits for it
  try {
    await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}
