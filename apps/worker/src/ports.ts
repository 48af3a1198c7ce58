import { secretSource } from "@postern/crypto";
import { keptMailer } from "@postern/mail";
import {
  connectPostgres,
  postgresSessionStore,
  postgresTokenStore,
  postgresUserStore,
} from "@postern/postgres";
import type { Log } from "@postern/process";
import { connectRedis, redisSessionStore, redisTokenStore } from "@postern/redis";
import type { WorkerConfig } from "./config.ts";
import { queuesOnPostgres } from "./queues.ts";
import type { HandlerPorts } from "./subscriber.ts";

const QUEUES_TIMEOUT_MS = 10_000;

/** Builds every adapter from the config: the worker's composition root. */
export async function openPorts(config: WorkerConfig, log: Log) {
  const onError = (error: Error) =>
    log.warn({ error: error.message }, "a store's connection broke");
  const postgres = connectPostgres({ url: config.databaseUrl, onError });
  // Its own connections, with time for the queues' housekeeping.
  const queues = connectPostgres({
    url: config.databaseUrl,
    maxConnections: 4,
    statementTimeoutMs: QUEUES_TIMEOUT_MS,
    onError,
  });
  const redis = config.redisUrl ? await connectRedis(config.redisUrl, onError) : undefined;
  const { db } = postgres;
  const [newest] = config.secrets;
  if (!newest) throw new Error("SECRETS holds no key");
  const ports: HandlerPorts = {
    clock: { now: () => new Date() },
    mailer: keptMailer(({ messageId, subject }) => log.info({ messageId, subject }, "mail kept")),
    secrets: secretSource({ key: newest.key }),
    sessions: redis ? redisSessionStore(redis.client) : postgresSessionStore(db),
    tokens: redis ? redisTokenStore(redis.client) : postgresTokenStore(db),
    users: postgresUserStore(db),
  };
  const close = async () => {
    await redis?.close();
    await queues.close();
    await postgres.close();
  };
  return { db, ports, queues: queuesOnPostgres(queues), close };
}
