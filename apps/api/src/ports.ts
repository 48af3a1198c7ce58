import { aesSeal, hashingAtOnce, hashThreads } from "@postern/crypto";
import type { Ports } from "@postern/domain";
import { connectPostgres, postgresStores, requireCurrentSchema } from "@postern/postgres";
import type { Log } from "@postern/process";
import { connectRedis, redisStores } from "@postern/redis";
import { commonPorts, type OpenedPorts } from "./common-ports.ts";
import type { Config, Stores } from "./config.ts";

/** Builds every adapter from the config: the API's composition root. */
export async function openPorts(config: Config, log: Log): Promise<OpenedPorts> {
  const { stores } = config;
  if (stores.mode === "full") return await openFull(config, stores, log);
  // Loaded only here: in full mode the API needs neither PGlite nor the worker and its queues.
  const { openEmbedded } = await import("./embedded/ports.ts");
  return await openEmbedded(config, stores.dataFolder, log);
}

async function openFull(
  config: Config,
  { databaseUrl, redisUrl }: Extract<Stores, { mode: "full" }>,
  log: Log,
): Promise<OpenedPorts> {
  const onError = (error: Error) => log.warn({ error: error.message }, "store connection broke");
  const postgres = connectPostgres({ url: databaseUrl, onError });
  await requireCurrentSchema(postgres.db);
  const redis = redisUrl ? await connectRedis(redisUrl, onError) : undefined;
  const { secrets: keys = [] } = config; // full mode requires them
  const ports: Ports = {
    ...commonPorts(config, keys, log, { atOnce: hashingAtOnce(), bcrypt: hashThreads() }),
    ...postgresStores(postgres.db, aesSeal({ keys })),
    ...(redis && redisStores(redis.client)),
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
