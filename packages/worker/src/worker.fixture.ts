import { aesSeal, idSource, tokenFactory } from "@postern/crypto";
import { memoryPorts } from "@postern/domain/memory";
import { recordingMailer, linksTo, templatesIn } from "@postern/mail";
import { listenPostgres, postgresStores, postgresWebhookStore } from "@postern/postgres";
import { freshDatabase } from "@postern/postgres/testing";
import { testServers } from "@postern/test-servers";
import { networks } from "@postern/webhooks";
import { JOBS_CHANNEL, OUTBOX_CHANNEL, queuesOnPostgres } from "./queues.ts";
import { mailSubscriber } from "./handlers/mail.ts";
import type { Subscriber } from "./subscriber.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

const keys = [{ id: "test", key: Buffer.alloc(32, 1) }];
const seal = aesSeal({ keys });
const LOOPBACK = networks(["127.0.0.0/8"]);

/** Time for what workers do in the background. */
export const PATIENCE = { timeout: 20_000, interval: 10 };

/** A subscriber that handles `user.enabled` only, the type of `anEvent`. */
export function aSubscriber(
  hear: (id: string) => Promise<void> | void,
  given: Partial<Subscriber> = {},
): Subscriber {
  const nothing = Object.keys(mailSubscriber.on).map((type) => [type, undefined]);
  return {
    name: "test",
    readsPayload: true,
    atOnce: 20,
    handleWithinMs: 5_000,
    on: { ...Object.fromEntries(nothing), "user.enabled": async (_, { id }) => hear(id) },
    ...given,
  };
}

/** Creates a database, the options of a worker on it, and stores to inspect it. */
export async function aWorld(given: Partial<WorkerOptions> = {}) {
  const database = await freshDatabase(testServers());
  const { db } = database;
  const [memory, stores] = [memoryPorts(), postgresStores(db, seal)];
  const mailer = recordingMailer(() => undefined);
  const faults: string[] = [];
  const webhooks = postgresWebhookStore(db, seal);
  const options: WorkerOptions = {
    db,
    queues: queuesOnPostgres(database),
    seal,
    ports: {
      ...memory,
      clock: { now: () => new Date() },
      ...stores,
      // In memory, because these tests check no session.
      sessions: memory.sessions,
      tokens: memory.tokens,
      tokenFactory: tokenFactory({ keys }),
      mailer,
      templatesIn,
      links: linksTo("https://id.example.com"),
    },
    webhooks: { store: webhooks, networks: LOOPBACK },
    listen: (onSignal) =>
      listenPostgres({
        url: database.url,
        channels: [OUTBOX_CHANNEL, JOBS_CHANNEL],
        onSignal,
        onError: () => undefined,
      }),
    retention: { eventDays: 400, jobDays: 7 },
    onFault: (error) => faults.push(String(error)),
    ...given,
  };
  const workers: Worker[] = [];
  return {
    database,
    db,
    options,
    mailer,
    faults,
    webhooks,
    ids: idSource(),
    stores,
    events: stores.events,
    users: stores.users,
    async start(more: Partial<WorkerOptions> = {}) {
      const worker = await startWorker({ ...options, ...more });
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await database.close();
    },
  };
}
