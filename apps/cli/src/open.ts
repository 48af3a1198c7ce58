import { existsSync } from "node:fs";
import { join } from "node:path";
import { aesSeal, bcryptHasher, hashGate, idSource, tokenFactory } from "@postern/crypto";
import { nativeBcrypt } from "@postern/crypto/native";
import { coursePolicy, noBreachedPasswords, type Ports, strictPolicy } from "@postern/domain";
import { openDatabase, openDataFolder } from "@postern/embedded";
import {
  connectPostgres,
  postgresSessionHistories,
  postgresStores,
  postgresWebhookStore,
  requireCurrentSchema,
  type Schema,
  type WebhookStore,
} from "@postern/postgres";
import { closeOnFailure, InvalidEnvironment } from "@postern/process";
import { connectRedis, openFence, redisStores } from "@postern/redis";
import { type Networks, networks } from "@postern/webhooks";
import { openQueueAdmin, queuesOnPglite, queuesOnPostgres } from "@postern/worker";
import type { Kysely } from "kysely";
import type { CliConfig } from "./config.ts";
import { CommandFailure } from "./exit.ts";

/** What commands use: the service's stores and its queues. */
export interface Service {
  readonly config: CliConfig;
  readonly db: Kysely<Schema>;
  readonly ports: Ports;
  readonly queueAdmin: Awaited<ReturnType<typeof openQueueAdmin>>;
  readonly webhooks: WebhookStore;
  /** Without Redis there is none. */
  readonly recertify: (() => Promise<number>) | undefined;
  readonly networks: Networks;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;

/** Opens the stores of the environment: Postgres and Redis, or the data folder. */
export async function openService(config: CliConfig): Promise<Service> {
  const opened = config.databaseUrl
    ? await openFull(config, config.databaseUrl)
    : await openEmbedded(config);
  const { db, keys, queues } = opened;
  const seal = aesSeal({ keys });
  const ports: Ports = {
    ...postgresStores(db, seal),
    ...opened.redisStores,
    clock: { now: () => new Date() },
    breachedPasswords: noBreachedPasswords, // operators choose no passwords
    hasher: bcryptHasher({
      cost: config.bcryptCost,
      gate: hashGate(ONE_AT_A_TIME),
      bcrypt: nativeBcrypt,
    }),
    ids: idSource(),
    // An operator is not limited.
    policy: { ...strictPolicy, limits: coursePolicy.limits },
    tokenFactory: tokenFactory({ keys }),
  };
  const queueAdmin = await closeOnFailure(opened, () =>
    openQueueAdmin(queues, { db, keepDays: config.keepDays }),
  );
  return {
    config,
    db,
    ports,
    queueAdmin,
    recertify: opened.recertify,
    webhooks: postgresWebhookStore(db, seal),
    networks: networks(config.webhookNetworks),
    async close() {
      await queueAdmin.close();
      await opened.close();
    },
  };
}

const ONE_AT_A_TIME = { atOnce: 1, maxWaitMs: 60_000, expectedMs: 1_000 };

async function openFull({ redisUrl, redisFence, schema, secrets = [] }: CliConfig, url: string) {
  const postgres = connectPostgres({ url, schema, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const redis = await closeOnFailure(postgres, async () => {
    await requireCurrentSchema(postgres.db, schema);
    return redisUrl ? connectRedis(redisUrl) : undefined;
  });
  const fenced =
    redis &&
    (await closeOnFailure({ close }, () =>
      openFence({
        client: redis.client,
        histories: postgresSessionHistories(postgres.db),
        mode: redisFence,
        isGuest: true,
      }),
    ));
  async function close() {
    await redis?.close();
    await postgres.close();
  }
  return {
    db: postgres.db,
    keys: secrets,
    queues: queuesOnPostgres(postgres),
    recertify: fenced?.recertify,
    redisStores: redis && fenced && redisStores(redis.client, fenced.fence),
    async close() {
      await fenced?.close();
      await redis?.close();
      await postgres.close();
    },
  };
}

async function openEmbedded({ dataFolder, secrets }: CliConfig) {
  if (!existsSync(join(dataFolder, "postgres"))) {
    throw new CommandFailure("misuse", `DATA_DIR: ${dataFolder} is not a data folder of Postern`);
  }
  const folder = openLocked(dataFolder);
  const { db, pglite, close } = await closeOnFailure({ close: folder.release }, () =>
    openDatabase(folder.databasePath),
  );
  return {
    db,
    keys: [...(secrets ?? []), ...folder.secrets],
    queues: queuesOnPglite(pglite),
    recertify: undefined,
    redisStores: undefined,
    async close() {
      await close();
      folder.release();
    },
  };
}

function openLocked(path: string) {
  try {
    return openDataFolder(path);
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    throw new CommandFailure(
      "busy",
      "Postern is running on this data folder; stop it first, and start it again afterwards",
    );
  }
}
