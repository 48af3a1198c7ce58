import { availableParallelism } from "node:os";
import { bcryptHasher, hashGate, idSource, secretSource } from "@postern/crypto";
import type { Policy, Ports } from "@postern/domain";
import { keptMailer } from "@postern/mail";
import {
  connectPostgres,
  pendingMigrations,
  postgresEventStore,
  postgresSessionStore,
  postgresTokenStore,
  postgresUserStore,
  type Schema,
} from "@postern/postgres";
import { connectRedis, redisSessionStore, redisTokenStore } from "@postern/redis";
import {
  errorFields,
  InvalidEnvironment,
  queuesOnPglite,
  type SecretKey,
  startWorker,
} from "@postern/worker";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config, Stores } from "./config.ts";
import { openDataFolder } from "./embedded/data-folder.ts";
import { openDatabase } from "./embedded/database.ts";

/** Everything the API runs on, and how to ask after it and put it away. */
export interface Opened {
  readonly ports: Ports;
  /** Throws when a store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Builds every adapter from the config: the API's composition root. */
export function openPorts(config: Config, log: Logger): Promise<Opened> {
  const { stores } = config;
  return stores.mode === "embedded"
    ? openEmbedded(config, stores.dataFolder, log)
    : openFull(config, stores, log);
}

async function openEmbedded(config: Config, path: string, log: Logger): Promise<Opened> {
  const folder = openDataFolder(path);
  const { db, pglite, close: closeDatabase } = await openDatabase(folder.databasePath);
  const ports: Ports = {
    ...commonPorts(config, config.secrets ?? folder.secrets),
    ...postgresStores(db),
  };
  // Nothing is sent from here, so the terminal is the mailbox, tokens and all.
  const mailer = keptMailer(({ to, subject, text }) =>
    console.log(`--- mail to ${to}: ${subject}\n${text}---`),
  );
  const worker = await startWorker({
    db,
    queues: queuesOnPglite(pglite),
    ports: { ...ports, mailer },
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "a fault, tried again"),
  });
  return {
    ports,
    ping: async () => void (await pglite.query("select 1")),
    async close() {
      await worker.stop();
      await closeDatabase();
      folder.release();
    },
  };
}

async function openFull(
  config: Config,
  { databaseUrl, redisUrl }: Extract<Stores, { mode: "full" }>,
  log: Logger,
): Promise<Opened> {
  const onError = (error: Error) =>
    log.warn({ error: error.message }, "a store's connection broke");
  const postgres = connectPostgres({ url: databaseUrl, onError });
  const pending = await pendingMigrations(postgres.db);
  if (pending.length > 0) {
    await postgres.close();
    throw new InvalidEnvironment([
      `DATABASE_URL: the schema lacks ${pending.join(", ")}; run migrate first`,
    ]);
  }
  const redis = redisUrl ? await connectRedis(redisUrl, onError) : undefined;
  const ports: Ports = {
    ...commonPorts(config, config.secrets ?? []),
    ...postgresStores(postgres.db),
    ...(redis && {
      sessions: redisSessionStore(redis.client),
      tokens: redisTokenStore(redis.client),
    }),
  };
  return {
    ports,
    ping: async () => void (await Promise.all([postgres.ping(), redis?.ping()])),
    async close() {
      await redis?.close();
      await postgres.close();
    },
  };
}

const postgresStores = (db: Kysely<Schema>) => ({
  events: postgresEventStore(db),
  sessions: postgresSessionStore(db),
  tokens: postgresTokenStore(db),
  users: postgresUserStore(db),
});

function commonPorts(
  { bcryptCost, policy }: { bcryptCost: number; policy: Policy },
  secrets: readonly SecretKey[],
) {
  return {
    clock: { now: () => new Date() },
    hasher: bcryptHasher({ cost: bcryptCost, gate: hashGate(hashing(bcryptCost)) }),
    ids: idSource(),
    policy,
    // Only mailed tokens need a key; without SECRETS none are mailed (config.ts sees to that).
    secrets: secretSource({ key: secrets[0]?.key ?? new Uint8Array(32) }),
  };
}

/** libuv's threads, where hashes are computed, are four unless the environment says otherwise. */
const LIBUV_THREADS = 4;
const MAX_WAIT_MS = 3_000;
/** One hash at cost 0 on a usual machine; each step of cost doubles it. */
const COST_ZERO_MS = 0.05;

const hashing = (cost: number) => ({
  atOnce: Math.min(availableParallelism(), LIBUV_THREADS),
  maxWaitMs: MAX_WAIT_MS,
  expectedMs: COST_ZERO_MS * 2 ** cost,
});
