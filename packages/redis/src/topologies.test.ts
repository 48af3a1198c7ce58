import {
  aTokenHash,
  aUser,
  rateLimiterContract,
  sessionStoreContract,
  tokenStoreContract,
} from "@postern/domain/contract";
import { coursePolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import {
  redisProgram,
  type RedisProgram,
  startCluster,
  startSentinels,
  testServers,
} from "@postern/test-servers";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisConnection } from "./connect.ts";
import { noFence } from "./fence.ts";
import { redisStores } from "./stores.ts";

const { redisUrl } = testServers();
const program = redisProgram();

/** No more than the service needs. docs/operating/configuration.md has the same rights. */
const RIGHTS = ["on", ">pass:word", "~postern:*", "+@all", "-@admin", "-@dangerous", "+info"];

const permit = async (servers: readonly { readonly admin: Redis }[]) =>
  await Promise.all(servers.map(({ admin }) => admin.call("ACL", "SETUSER", "postern", ...RIGHTS)));

interface Topology {
  readonly url: string;
  stop(): Promise<void>;
}

async function sentinel(redis: RedisProgram): Promise<Topology> {
  const sentinels = await startSentinels(redis);
  await permit([sentinels.primary, sentinels.replica]);
  const hosts = sentinels.ports.map((port) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis+sentinel://postern:pass%3Aword@${hosts}/${sentinels.name}/0`,
    stop: () => sentinels.stop([sentinels.primary, sentinels.replica]),
  };
}

async function cluster(redis: RedisProgram): Promise<Topology> {
  const { primaries, replicas, stop } = await startCluster(redis);
  await permit([...primaries, ...replicas]);
  const hosts = primaries.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis+cluster://postern:pass%3Aword@${hosts}`,
    stop: () => stop([...primaries, ...replicas]),
  };
}

describe.skipIf(!redisUrl || !program).each([
  ["Sentinel", sentinel],
  ["Cluster", cluster],
] as const)("with Redis %s", (_, start) => {
  let topology: Topology;
  let redis: RedisConnection;
  beforeAll(async () => {
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    topology = await start(program);
    redis = await connectRedis(topology.url);
  });
  afterAll(async () => {
    await redis?.close();
    await topology?.stop();
  });

  const world = async () => ({
    ...memoryPorts(),
    ...redisStores(redis.client, noFence),
    pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });

  describe("session store", () => sessionStoreContract(world));
  describe("token store", () => tokenStoreContract(world));
  describe("rate limiter", () =>
    rateLimiterContract(async () => ({
      limiter: redisStores(redis.client, noFence).limiter,
      pass: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    })));

  it("answers checks of many users of one turn, each with its own", async () => {
    const { sessions, users } = await world();
    const { session: rules } = coursePolicy;
    const opened = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const [user, tokenHash] = [await aUser(users), aTokenHash()];
        await sessions.open({ user, tokenHash, rules });
        return { user, tokenHash };
      }),
    );
    const checked = await Promise.all(
      opened.map(({ user, tokenHash }) => sessions.check(user.id, tokenHash, rules)),
    );
    expect(checked.map((one) => one?.user.id)).toEqual(opened.map(({ user }) => user.id));
  });

  it("answers the readiness", async () => {
    await redis.ping();
    await redis.probeWrite();
    expect(await redis.evictionFault()).toBeUndefined();
  });
});
