import { aesSeal, idSource, tokenFactory } from "@postern/crypto";
import { en, linksTo, type Mailer, smtpMailer } from "@postern/mail";
import {
  connectPostgres,
  listenPostgres,
  postgresStores,
  postgresWebhookStore,
} from "@postern/postgres";
import { errorFields, type Log } from "@postern/process";
import { connectRedis, redisStores, requireNoEviction } from "@postern/redis";
import { networks } from "@postern/webhooks";
import type { WorkerConfig } from "./config.ts";
import { expiredMailLog } from "./expired-mail-log.ts";
import { JOBS_CHANNEL, OUTBOX_CHANNEL, queuesOnPostgres } from "./queues.ts";
import { mailSubscriber } from "./handlers/mail.ts";
import { noticesSubscriber } from "./handlers/notices.ts";
import type { WorkerOptions } from "./worker.ts";

const QUEUES_TIMEOUT_MS = 10_000;
const MAX_QUEUE_CONNECTIONS = 6;

/** Builds every adapter from the config: the worker's composition root. */
export async function openPorts(config: WorkerConfig, log: Log) {
  const { databaseUrl: url, schema, secrets: keys } = config;
  const onError = (error: Error) => log.warn({ error: error.message }, "store connection broke");
  const postgres = connectPostgres({ url, schema, maxConnections: config.poolSize, onError });
  // Connections for the queues alone, with a time limit for their housekeeping.
  const queues = connectPostgres({
    url,
    schema,
    maxConnections: MAX_QUEUE_CONNECTIONS,
    statementTimeoutMs: QUEUES_TIMEOUT_MS,
    onError,
  });
  const redis = config.redisUrl ? await connectRedis(config.redisUrl, onError) : undefined;
  if (redis) await requireNoEviction(redis);
  const smtp =
    config.smtp && config.smtp !== "off"
      ? smtpMailer({ ...config.smtp, atOnce: mailSubscriber.atOnce })
      : undefined;
  const dropping: Mailer = {
    send: async ({ id, subject }) => log.info({ id, subject }, "mail dropped: MAIL=off"),
  };
  const { db } = postgres;
  const seal = aesSeal({ keys });
  const options: WorkerOptions = {
    db,
    maintenanceDb: queues.db,
    queues: queuesOnPostgres(queues),
    seal,
    ports: {
      ...postgresStores(db, seal),
      ...(redis && redisStores(redis.client)),
      clock: { now: () => new Date() },
      ids: idSource(),
      templates: en,
      links: linksTo(config.publicUrl),
      onMailExpired: expiredMailLog(log),
      mailer: smtp ?? dropping,
      tokenFactory: tokenFactory({ keys }),
    },
    webhooks: { store: postgresWebhookStore(db, seal), networks: networks(config.webhookNetworks) },
    listen: (onSignal) =>
      listenPostgres({
        url: config.listenUrl ?? url,
        schema,
        channels: [OUTBOX_CHANNEL, JOBS_CHANNEL],
        onSignal,
        onError,
      }),
    deletesUnverified: smtp !== undefined,
    // Without SMTP settings mails wait for a worker that has them. They are dropped only by
    // MAIL=off.
    pausedSubscribers: config.smtp ? [] : [mailSubscriber.name, noticesSubscriber.name],
    retention: config.retention,
    ...(config.tries && { tries: config.tries }),
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "handler failed, will retry"),
    onBacklog: (backlog) => log.warn(backlog, "event backlog"),
  };
  const close = async () => {
    smtp?.close();
    await redis?.close();
    await queues.close();
    await postgres.close();
  };
  return { db, schema, options, close };
}
