import {
  aesSeal,
  type Bcrypt,
  bcryptHasher,
  breachedPasswords,
  hashGate,
  hashingAtOnce,
  hashThreads,
  idSource,
  secretSource,
} from "@postern/crypto";
import { noBreachedPasswords, type Ports, type Seal } from "@postern/domain";
import type { Mailbox } from "@postern/http";
import {
  connectPostgres,
  postgresDeviceStore,
  postgresEmailChangeStore,
  postgresEventStore,
  postgresSessionStore,
  postgresTokenStore,
  postgresUserStore,
  requireCurrentSchema,
  type Schema,
} from "@postern/postgres";
import { connectRedis, redisSessionStore, redisTokenStore } from "@postern/redis";
import { errorFields, type Log, type SecretKey } from "@postern/process";
import type { Kysely } from "kysely";
import type { Config, Stores } from "./config.ts";

/** Everything the API runs on, and how to ask after it and put it away. */
export interface Opened {
  readonly ports: Ports;
  /** The mails that were not sent, where none is. */
  readonly mailbox?: Mailbox;
  /** Throws when a store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Builds every adapter from the config: the API's composition root. */
export async function openPorts(config: Config, log: Log): Promise<Opened> {
  const { stores } = config;
  if (stores.mode === "full") return await openFull(config, stores, log);
  // Loaded only here: the API on Postgres knows neither PGlite nor the worker and its queues.
  const { openEmbedded } = await import("./embedded/ports.ts");
  return await openEmbedded(config, stores.dataFolder, log);
}

async function openFull(
  config: Config,
  { databaseUrl, redisUrl }: Extract<Stores, { mode: "full" }>,
  log: Log,
): Promise<Opened> {
  const onError = (error: Error) =>
    log.warn({ error: error.message }, "a store's connection broke");
  const postgres = connectPostgres({ url: databaseUrl, onError });
  await requireCurrentSchema(postgres.db);
  const redis = redisUrl ? await connectRedis(redisUrl, onError) : undefined;
  const { secrets: keys = [] } = config; // in full mode there are some
  const ports: Ports = {
    ...commonPorts(config, keys, log, { atOnce: hashingAtOnce(), bcrypt: hashThreads() }),
    ...postgresStores(postgres.db, aesSeal({ keys })),
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

export const postgresStores = (db: Kysely<Schema>, seal: Seal) => ({
  devices: postgresDeviceStore(db),
  emailChanges: postgresEmailChangeStore(db, seal),
  events: postgresEventStore(db, seal),
  sessions: postgresSessionStore(db),
  tokens: postgresTokenStore(db),
  users: postgresUserStore(db, seal),
});

/** Where hashes are computed, and how many at once. */
interface Hashing {
  readonly atOnce: number;
  readonly bcrypt?: Bcrypt;
}

export function commonPorts(
  { bcryptCost, policy, breachedPasswordsUrl: url }: Config,
  keys: readonly SecretKey[],
  log: Log,
  { atOnce, bcrypt }: Hashing,
) {
  const onFault = (error: unknown) =>
    log.warn({ error: errorFields(error) }, "the check for breached passwords passed one unasked");
  return {
    breachedPasswords: url ? breachedPasswords({ url, onFault }) : noBreachedPasswords,
    clock: { now: () => new Date() },
    hasher: bcryptHasher({
      cost: bcryptCost,
      gate: hashGate({
        atOnce,
        maxWaitMs: MAX_WAIT_MS,
        deadlineMs: DEADLINE_MS,
        expectedMs: COST_ZERO_MS * 2 ** bcryptCost,
      }),
      ...(bcrypt && { bcrypt }),
    }),
    ids: idSource(),
    policy,
    secrets: secretSource({ keys }),
  };
}

/** Twice this and more, if hashing turns out slower than it was, is still within a caller's patience. */
const MAX_WAIT_MS = 1_500;
const DEADLINE_MS = 5_000;
/** One hash at cost 0 on a usual machine; each step of cost doubles it. */
const COST_ZERO_MS = 0.05;
