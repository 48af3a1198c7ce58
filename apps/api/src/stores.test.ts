import { epochContract } from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { postgresSessionHistories, postgresStores } from "@postern/postgres";
import { type FreshDatabase, freshDatabase } from "@postern/postgres/testing";
import { connectRedis, openFence, type RedisConnection, redisStores } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe } from "vitest";

const servers = testServers();

/** What production runs on: the truth in Postgres, and a fast copy in Redis. */
describe.skipIf(!servers.redisUrl)("the epoch, on Postgres and Redis together", () => {
  let database: FreshDatabase;
  let redis: RedisConnection;
  let fenced: Awaited<ReturnType<typeof openFence>>;
  beforeAll(async () => {
    [database, redis] = await Promise.all([freshDatabase(servers), connectRedis(servers.redisUrl)]);
    const histories = postgresSessionHistories(database.db);
    fenced = await openFence({ client: redis.client, histories });
  });
  afterAll(async () => {
    await fenced?.close();
    await redis?.close();
    await database?.close();
  });

  epochContract(
    async () => ({
      ...postgresStores(database.db, memorySeal()),
      ...redisStores(redis.client, fenced.fence),
    }),
    {
      runs: 60,
    },
  );
});
