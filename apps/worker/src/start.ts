import { type Mailer, smtpMailer } from "@postern/mail";
import { type PostgresConnection, postgresSessionHistories } from "@postern/postgres";
import { closeOnFailure, faultLog, type Log } from "@postern/process";
import {
  connectRedis,
  openFence,
  type RedisConnection,
  redisStores,
  requireNoEviction,
} from "@postern/redis";
import { expiredMailLog, mailSubscriber, startPostgresWorker, type Worker } from "@postern/worker";
import type { WorkerConfig } from "./config.ts";

/** Starts the worker that the config describes. */
export async function start(config: WorkerConfig, log: Log): Promise<Worker> {
  const { databaseUrl: url, secrets: keys, poolSize: maxConnections, smtp } = config;
  const faults = faultLog(log);
  const onError = (error: Error) => faults.warn("store connection broke", error);
  const redis = config.redisUrl ? await connectRedis(config.redisUrl, onError) : undefined;
  const sender =
    smtp && smtp !== "off" ? smtpMailer({ ...smtp, atOnce: mailSubscriber.atOnce }) : undefined;
  const dropping: Mailer = {
    send: async ({ id, subject }) => log.info({ id, subject }, "mail dropped: MAIL=off"),
  };
  let stopFence = async () => undefined as void;
  async function openStores({ client }: RedisConnection, db: PostgresConnection["db"]) {
    if (config.redisFence === "off")
      log.warn("REDIS_FENCE=off: sessions that have ended come back if Redis loses writes");
    const { fence, close: stop } = await openFence({
      client,
      histories: postgresSessionHistories(db),
      mode: config.redisFence,
      onCertified: (partitions, history) => log.info({ partitions, history }, "history certified"),
      onFault: (error) => faults.warn("histories of Redis not checked", error),
    });
    stopFence = stop;
    return redisStores(client, fence);
  }
  async function close(): Promise<void> {
    await stopFence();
    sender?.close();
    await redis?.close();
  }
  const worker = await closeOnFailure({ close }, async () => {
    if (redis) await requireNoEviction(redis);
    return await startPostgresWorker({
      url,
      maxConnections,
      keys,
      listenUrl: config.listenUrl,
      schema: config.schema,
      ...(redis && { openStores: (db) => openStores(redis, db) }),
      // Without SMTP settings mails wait for a worker that has them. Only MAIL=off drops them.
      mailer: sender ?? (smtp === "off" ? dropping : undefined),
      publicUrl: config.publicUrl,
      brand: { name: config.brandName },
      webhookNetworks: config.webhookNetworks,
      retention: config.retention,
      deletesUnverified: sender !== undefined,
      tries: config.tries,
      onFault: (error, during) => faults.error("handler failed, will retry", error, { during }),
      onBacklog: (backlog) => log.warn(backlog, "event backlog"),
      onConnectionError: onError,
      onMailExpired: expiredMailLog(log),
    });
  });
  return {
    async stop() {
      try {
        await worker.stop();
      } finally {
        await close();
      }
    },
  };
}
