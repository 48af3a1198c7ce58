import { redisProgram, startRedis } from "@postern/test-servers";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { connectRedis } from "./connect.ts";
import { requireNoEviction } from "./eviction.ts";

const program = redisProgram();

it.skipIf(!program)("a Redis that may evict keys is named, and no other", async () => {
  if (!program) throw new Error("no Redis");
  const server = await startRedis(program);
  const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
  const admin = new Redis(server.port);
  const found: unknown[] = [];
  for (const [policy, limit] of [
    ["noeviction", "0"],
    ["allkeys-lru", "0"],
    ["allkeys-lru", "100mb"],
    ["volatile-ttl", "100mb"],
    ["noeviction", "100mb"],
  ] as const) {
    await admin.config("SET", "maxmemory-policy", policy);
    await admin.config("SET", "maxmemory", limit);
    found.push(await redis.evictionFault());
  }
  expect(found).toEqual([
    undefined,
    undefined,
    "may evict keys (allkeys-lru)",
    "may evict keys (volatile-ttl)",
    undefined,
  ]);
  await admin.config("SET", "maxmemory-policy", "allkeys-lfu");
  await expect(requireNoEviction(redis)).rejects.toThrow(
    "REDIS_URL: Redis may evict keys (allkeys-lfu); set its maxmemory-policy to noeviction",
  );
  admin.disconnect();
  await server.stop();
  expect(await redis.evictionFault()).toBeUndefined(); // it does not say
  await redis.close();
});
