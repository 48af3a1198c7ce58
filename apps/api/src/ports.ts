import { aesSeal } from "@postern/crypto";
import { hashingAtOnce, hashThreads } from "@postern/crypto/native";
import type { Ports } from "@postern/domain";
import {
  connectPostgres,
  highestStoredCost,
  postgresSessionHistories,
  postgresStores,
  requireCurrentSchema,
} from "@postern/postgres";
import { errorFields, faultLog, type Log } from "@postern/process";
import { connectRedis, openFence, redisStores, requireNoEviction } from "@postern/redis";
import { commonPorts, type OpenedPorts } from "./common-ports.ts";
import type { Config, Stores } from "./config.ts";
import { followStoredCost } from "./stored-cost.ts";

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
  { databaseUrl: url, schema, poolSize, redisUrl, redisFence }: Extract<Stores, { mode: "full" }>,
  log: Log,
): Promise<OpenedPorts> {
  const faults = faultLog(log);
  const onError = (error: Error) => faults.warn("store connection broke", error);
  const postgres = connectPostgres({ url, schema, maxConnections: poolSize, onError });
  await requireCurrentSchema(postgres.db, schema);
  const redis = redisUrl ? await connectRedis(redisUrl, onError) : undefined;
  if (redis) await requireNoEviction(redis);
  if (redis && redisFence === "off")
    log.warn("REDIS_FENCE=off: sessions that have ended come back if Redis loses writes");
  const fenced =
    redis &&
    (await openFence({
      client: redis.client,
      histories: postgresSessionHistories(postgres.db),
      mode: redisFence,
      onCertified: (partitions, history) => log.info({ partitions, history }, "history certified"),
      onFault: (error) => faults.warn("histories of Redis not checked", error),
    }));
  const { secrets: keys = [] } = config; // full mode requires them
  const storedCost = await followStoredCost(
    () => highestStoredCost(postgres.db),
    (error) => log.warn({ error: errorFields(error) }, "the cost of stored hashes is unknown"),
  );
  const hashing = {
    atOnce: Math.max(1, Math.floor(hashingAtOnce() / config.processes)),
    bcrypt: hashThreads(),
    highestStoredCost: storedCost.highest,
  };
  const ports: Ports = {
    ...commonPorts(config, keys, log, hashing),
    ...postgresStores(postgres.db, aesSeal({ keys })),
    ...(redis && fenced && redisStores(redis.client, fenced.fence)),
  };
  return {
    ports,
    stores: [
      { name: "postgres", hasSessions: !redis, ...postgres },
      ...(redis
        ? [{ name: "redis", hasSessions: true, ...redis, warning: redis.evictionFault }]
        : []),
    ],
    async close() {
      storedCost.stop();
      await fenced?.close();
      await redis?.close();
      await postgres.close();
    },
  };
}
