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

    it("is judged by Redis' time, whatever the clock here says", async () => {
      const { user, tokenHash } = await opened();
      const inDays = async (days: number) => {
        const time = async () => [Math.floor(Date.now() / 1000) + days * 86_400, 0] as const;
        const client = Object.assign(Object.create(redis.client), { time });
        return await redisSessionStore(client).check(user.id, tokenHash, coursePolicy.session);
      };
      expect(await inDays(0)).toBeDefined();
      expect(await inDays(2)).toBeUndefined(); // idle for too long
    });

    it("ends a session at its absolute limit, though a longer one keeps the key", async () => {
      const { sessions, user } = await opened();
      const [id, tokenHash] = [memoryIds().sessionId(), aTokenHash()];
      const rules = { ...coursePolicy.session, absoluteMs: 30 };
      await sessions.open({ id, tokenHash, user, rules });
      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(await sessions.check(user.id, tokenHash, rules)).toBeUndefined();
    });

    it("is touched for a session that is live, and for no other, however late the touch comes", async () => {
      const { sessions, user, key } = await opened();
      const [id, tokenHash] = [memoryIds().sessionId(), aTokenHash()];
      await sessions.open({ id, tokenHash, user, rules: { ...coursePolicy.session, idleMs: 500 } });
      const field = `s:${tokenHash}`;
      const usedAt = Date.now() + 10;
      const seen = async () => Number((await redis.client.hget(key, field))?.split(" ")[3]);
      await redis.client.posternTouch(key, field, usedAt);
      expect(await seen()).toBe(usedAt);
      await redis.client.posternTouch(key, field, usedAt - 5); // an earlier use that was overtaken
      expect(await seen()).toBe(usedAt);
      await new Promise((resolve) => setTimeout(resolve, 560));
      await redis.client.posternTouch(key, field, usedAt + 20); // it was live then, and is over now
      expect(await seen()).toBe(usedAt);

      const other = await opened();
      await redis.client.hset(other.key, "epoch", 7);
      const otherField = `s:${other.tokenHash}`;
      const before = await redis.client.hget(other.key, otherField);
      await redis.client.posternTouch(other.key, otherField, Date.now() + 1_000);
      expect(await redis.client.hget(other.key, otherField)).toBe(before);
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
