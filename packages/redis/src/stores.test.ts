import { coursePolicy, type SessionId } from "@postern/domain";
import {
  aTokenHash,
  aUser,
  epochContract,
  sessionStoreContract,
  tokenStoreContract,
} from "@postern/domain/contract";
import { memoryIds, memoryPorts } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisConnection } from "./connect.ts";
import { redisSessionStore } from "./session-store.ts";
import { redisTokenStore } from "./token-store.ts";

const { redisUrl } = testServers();

describe.skipIf(!redisUrl)("redis", () => {
  let redis: RedisConnection;
  beforeAll(async () => {
    redis = await connectRedis(redisUrl);
  });
  afterAll(() => redis.close());

  /** Users in memory: the contracts of sessions and tokens are about what Redis keeps. */
  const world = async () => ({
    ...memoryPorts(),
    sessions: redisSessionStore(redis.client),
    tokens: redisTokenStore(redis.client),
    // Redis' clock cannot be moved; a few milliseconds do.
    pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });

  describe("session store", () => sessionStoreContract(world));
  describe("token store", () => tokenStoreContract(world));
  describe("the epoch", () => epochContract(world, { runs: 100 }));

  describe("the hash of a user", () => {
    async function opened() {
      const { sessions, users } = await world();
      const user = await aUser(users);
      const tokenHash = aTokenHash();
      const id: SessionId = memoryIds().sessionId();
      await sessions.open({ id, tokenHash, user, rules: coursePolicy.session });
      return { sessions, user, tokenHash, id, key: `postern:user:${user.id}` };
    }

    it("is checked by one command on one key, and all checks of a turn share the time", async () => {
      const { sessions, user, tokenHash } = await opened();
      const [, ownAddress = ""] = /\baddr=(\S+)/.exec(await redis.client.client("INFO")) ?? [];
      const monitor = await redis.client.duplicate().monitor();
      const sent: { command: string; key: string | undefined }[] = [];
      monitor.on("monitor", (_time: string, args: string[], source: string) => {
        const [command = "", key] = args;
        // Others use this server too; and what a script does is no command of ours.
        if (source === ownAddress) sent.push({ command: command.toLowerCase(), key });
      });
      const check = () => sessions.check(user.id, tokenHash, coursePolicy.session);
      await Promise.all([check(), check()]);
      await check();
      await redis.client.echo("end");
      while (!sent.some(({ command }) => command === "echo")) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      monitor.disconnect();
      expect(sent.map(({ command, key }) => [command, key])).toEqual([
        ["time", undefined],
        ["hmget", `postern:user:${user.id}`],
        ["hmget", `postern:user:${user.id}`],
        ["time", undefined],
        ["hmget", `postern:user:${user.id}`],
        ["echo", "end"],
      ]);
    });

    it("is not made for a session that would be over already, as then it would never go", async () => {
      const { sessions, users } = await world();
      const user = await aUser(users);
      const now = new Date();
      const before = { epoch: 0, createdAt: now, lastSeenAt: now, idleExpiresAt: now };
      const continues = {
        ...before,
        id: memoryIds().sessionId(),
        userId: user.id,
        absoluteExpiresAt: new Date(now.getTime() - 1_000),
        remembered: false,
      };
      const opening = { id: memoryIds().sessionId(), tokenHash: aTokenHash(), user, continues };
      const { session: rules } = coursePolicy;
      expect(await sessions.open({ ...opening, rules })).toBeUndefined();
      expect(await redis.client.pttl(`postern:user:${user.id}`)).toBe(-2);
    });

    it("lives as long as its longest session may, and touching does not change that", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      const before = await redis.client.pexpiretime(key);
      const rules = { ...coursePolicy.session, absoluteMs: 1_000, idleMs: 1_000 };
      const other = aTokenHash();
      await sessions.open({ id: memoryIds().sessionId(), tokenHash: other, user, rules });
      await sessions.check(user.id, tokenHash, { touchEveryMs: 0 });
      expect(await redis.client.pexpiretime(key)).toBe(before);
    });

    it("holds no session when it has no epoch", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hdel(key, "epoch");
      expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      expect(await sessions.list(user.id)).toEqual([]);
    });

    it("holds no session of another epoch than its own", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hset(key, "epoch", "1");
      expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      expect(await sessions.list(user.id)).toEqual([]);
    });

    it("is not brought back by a check, an end or a projection after Redis lost it", async () => {
      const { sessions, user, tokenHash, key, id } = await opened();
      await redis.client.del(key);
      expect(await sessions.check(user.id, tokenHash, { touchEveryMs: 0 })).toBeUndefined();
      await sessions.end(user.id, id);
      await sessions.project({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.exists(key)).toBe(0);
    });

    it("keeps its time to live when a projection ends its sessions", async () => {
      const { sessions, user, key } = await opened();
      await sessions.project({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.hkeys(key)).toEqual(["epoch", "user"]);
      expect(await redis.client.pttl(key)).toBeGreaterThan(
        coursePolicy.session.absoluteMs - 60_000,
      );
    });
  });
});
