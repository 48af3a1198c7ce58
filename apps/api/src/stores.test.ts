import { epochContract } from "@postern/domain/contract";
import { postgresEventStore, postgresUserStore } from "@postern/postgres";
import { type FreshDatabase, freshDatabase } from "@postern/postgres/testing";
import {
  connectRedis,
  type RedisConnection,
  redisSessionStore,
  redisTokenStore,
} from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe } from "vitest";

const servers = testServers();

/** What production runs on: the truth in one store, its projection in the other. */
describe.skipIf(!servers.redisUrl)("the epoch, on Postgres and Redis together", () => {
  let database: FreshDatabase;
  let redis: RedisConnection;
  beforeAll(async () => {
    [database, redis] = await Promise.all([freshDatabase(servers), connectRedis(servers.redisUrl)]);
  });
  afterAll(async () => {
    await redis?.close();
    await database?.close();
  });

  epochContract(
    async () => ({
      events: postgresEventStore(database.db),
      sessions: redisSessionStore(redis.client),
      tokens: redisTokenStore(redis.client),
      users: postgresUserStore(database.db),
    }),
    { runs: 60 },
  );
});
