import { coursePolicy, MAX_SESSIONS, sessionIdOf } from "@postern/domain";
import {
  aSessionId,
  aTokenHash,
  aUser,
  epochContract,
  rateLimiterContract,
  sessionStoreContract,
  tokenStoreContract,
} from "@postern/domain/contract";
import { memoryPorts } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisClient, type RedisConnection } from "./connect.ts";
import { noFence } from "./fence.ts";
import { keyOf } from "./partition.ts";
import { redisRateLimiter } from "./rate-limiter.ts";
import { redisSessionStore } from "./session-store.ts";
import { redisTokenStore } from "./token-store.ts";

const { redisUrl } = testServers();

describe.skipIf(!redisUrl)("redis", () => {
  let redis: RedisConnection;
  beforeAll(async () => {
    redis = await connectRedis(redisUrl);
  });
  afterAll(() => redis.close());

  /** Users in memory: the contracts of sessions and tokens test what Redis stores. */
  const world = async () => ({
    ...memoryPorts(),
    sessions: redisSessionStore(redis.client, noFence),
    tokens: redisTokenStore(redis.client),
    // Redis' clock cannot be moved, so a few milliseconds pass.
    pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });

  describe("session store", () => sessionStoreContract(world));
  describe("token store", () => tokenStoreContract(world));
  describe("rate limiter", () =>
    rateLimiterContract(async () => ({
      limiter: redisRateLimiter(redis.client),
      pass: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    })));
  describe("the epoch", () => epochContract(world, { runs: 100 }));

  it("lets Redis delete a token and its name as the newest at one time", async () => {
    const { tokens, users } = await world();
    const { id: userId, epoch } = await aUser(users);
    const tokenHash = aTokenHash();
    const claim = { purpose: "password_reset", userId, epoch, byMail: false } as const;
    await tokens.replace(tokenHash, claim, 60_000);
    for (const name of [tokenHash, `newest:password_reset:${userId}`]) {
      const left = await redis.client.pttl(`postern:token:${name}`);
      expect([name, left > 50_000 && left <= 60_000]).toEqual([name, true]);
    }
  });

  describe("the hash of a user", () => {
    async function opened() {
      const { sessions, users } = await world();
      const user = await aUser(users);
      const tokenHash = aTokenHash();
      await sessions.open({ tokenHash, user, rules: coursePolicy.session });
      return { sessions, user, tokenHash, key: keyOf("off", user.id) };
    }

    it("is one piece of memory, with as many sessions as there may be", async () => {
      const { sessions, user, key } = await opened();
      const rules = coursePolicy.rememberedSession;
      for (let n = 1; n < MAX_SESSIONS; n += 1)
        await sessions.open({ tokenHash: aTokenHash(), user, rules, remembered: true });
      expect(await redis.client.object("ENCODING", key)).toBe("listpack");
      expect(await sessions.list(user.id)).toHaveLength(MAX_SESSIONS);
    });

    it("holds no session that it cannot read, and is mended by the next log-in", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hset(key, "user", "what was kept once", tokenHash, "", "s:x", "1 2 3 4 5");
      expect(await sessions.list(user.id)).toEqual([]);
      expect(await sessions.end(user.id, sessionIdOf(tokenHash))).toBeUndefined();
      await sessions.syncUser({ ...user, revision: 9, epoch: 9 });
      const opening = { tokenHash: aTokenHash(), user, rules: coursePolicy.session };
      expect(await sessions.open(opening)).toBeDefined();
      expect((await redis.client.hkeys(key)).toSorted()).toEqual(
        [opening.tokenHash, "user"].toSorted(),
      );
      expect(await sessions.check(user.id, opening.tokenHash, coursePolicy.session)).toBeDefined();
    });

    it.each([
      ["of five fields, as an earlier version wrote it", "0 %us %ms 86400000 %end"],
      ["of seven fields", "0 %us %ms 86400000 %end 1 1"],
      ["with another flag", "0 %us %ms 86400000 %end 7"],
      ["without an epoch", " %us %ms 86400000 %end 0"],
      ["with an epoch that is no number", "1e0 %us %ms 86400000 %end 0"],
    ])("reads a session %s for none, wherever it is read", async (_, format) => {
      const { sessions, user, tokenHash, key } = await opened();
      const now = Date.now();
      const text = format
        .replace("%us", `${now}000`)
        .replace("%ms", String(now))
        .replace("%end", String(now + 86_400_000));
      await redis.client.hset(key, tokenHash, text);
      expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      expect(await sessions.list(user.id)).toEqual([]);
      expect(await sessions.end(user.id, sessionIdOf(tokenHash))).toBeUndefined();
    });

    it.each(["", "0", " 0 - bob@example.com", "0 0 x bob@example.com", "0 0 - "])(
      "accepts no session beside %o for a user",
      async (text) => {
        const { sessions, user, tokenHash, key } = await opened();
        await redis.client.hset(key, "user", text);
        expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      },
    );

    it("is judged by Redis' time, not by this machine's clock", async () => {
      const { user, tokenHash } = await opened();
      const inDays = async (days: number) => {
        const posternLookupSessions: RedisClient["posternLookupSessions"] = async (...given) => {
          const [at, ...found] = (await redis.client.posternLookupSessions(...given)).split("\n");
          return [Number(at) + days * 86_400_000, ...found].join("\n");
        };
        const client = Object.assign(Object.create(redis.client), { posternLookupSessions });
        return await redisSessionStore(client, noFence).check(
          user.id,
          tokenHash,
          coursePolicy.session,
        );
      };
      expect(await inDays(0)).toBeDefined();
      expect(await inDays(2)).toBeUndefined(); // idle for too long
    });

    it("ends a session at its absolute limit, though a longer one keeps the key", async () => {
      const { sessions, user } = await opened();
      const tokenHash = aTokenHash();
      const rules = { ...coursePolicy.session, absoluteMs: 30 };
      await sessions.open({ tokenHash, user, rules });
      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(await sessions.check(user.id, tokenHash, rules)).toBeUndefined();
      expect(await sessions.list(user.id)).toHaveLength(1); // the longer one
      expect(await sessions.end(user.id, sessionIdOf(tokenHash))).toBeUndefined();
    });

    it("is touched for a session that is live, and for no other, however late the touch comes", async () => {
      const { sessions, user, key } = await opened();
      const field = aTokenHash();
      await sessions.open({
        tokenHash: field,
        user,
        rules: { ...coursePolicy.session, idleMs: 500 },
      });
      const usedAt = Date.now() + 10;
      const seen = async () => Number((await redis.client.hget(key, field))?.split(" ")[2]);
      await redis.client.posternTouch(key, field, usedAt, "off");
      expect(await seen()).toBe(usedAt);
      // an earlier use that was overtaken
      await redis.client.posternTouch(key, field, usedAt - 5, "off");
      expect(await seen()).toBe(usedAt);
      await new Promise((resolve) => setTimeout(resolve, 560));
      // it was live then, and is over now
      await redis.client.posternTouch(key, field, usedAt + 20, "off");
      expect(await seen()).toBe(usedAt);

      const other = await opened();
      await redis.client.hset(other.key, "user", `7 7 - ${other.user.email}`);
      const before = await redis.client.hget(other.key, other.tokenHash);
      await redis.client.posternTouch(other.key, other.tokenHash, Date.now() + 1_000, "off");
      expect(await redis.client.hget(other.key, other.tokenHash)).toBe(before);
    });

    it("is not made for a session that would be over already, as then it would never go", async () => {
      const { sessions, users } = await world();
      const user = await aUser(users);
      const now = new Date();
      const before = { epoch: 0, createdAt: now, lastSeenAt: now, idleExpiresAt: now };
      const replaces = {
        ...before,
        id: aSessionId(),
        userId: user.id,
        absoluteExpiresAt: new Date(now.getTime() - 1_000),
        remembered: false,
      };
      const opening = { tokenHash: aTokenHash(), user, replaces };
      const { session: rules } = coursePolicy;
      expect(await sessions.open({ ...opening, rules })).toBeUndefined();
      expect(await redis.client.pttl(keyOf("off", user.id))).toBe(-2);
    });

    it("lives as long as its longest session may, and touching does not change that", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      const before = await redis.client.pexpiretime(key);
      const rules = { ...coursePolicy.session, absoluteMs: 1_000, idleMs: 1_000 };
      const other = aTokenHash();
      await sessions.open({ tokenHash: other, user, rules });
      await sessions.check(user.id, tokenHash, { touchEveryMs: 0 });
      expect(await redis.client.pexpiretime(key)).toBe(before);
    });

    it("holds no session when it has no user", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hdel(key, "user");
      expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      expect(await sessions.list(user.id)).toEqual([]);
    });

    it("holds no session of another epoch than its own", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hset(key, "user", `1 1 - ${user.email}`);
      expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeUndefined();
      expect(await sessions.list(user.id)).toEqual([]);
      expect(await sessions.end(user.id, sessionIdOf(tokenHash))).toBeUndefined();
    });

    it("is not brought back by a check, an end or a sync after Redis lost it", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.del(key);
      expect(await sessions.check(user.id, tokenHash, { touchEveryMs: 0 })).toBeUndefined();
      await sessions.end(user.id, sessionIdOf(tokenHash));
      await sessions.syncUser({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.exists(key)).toBe(0);
    });

    it("keeps its time to live when a sync ends its sessions", async () => {
      const { sessions, user, key } = await opened();
      await sessions.syncUser({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.hkeys(key)).toEqual(["user"]);
      expect(await redis.client.pttl(key)).toBeGreaterThan(
        coursePolicy.session.absoluteMs - 60_000,
      );
    });
  });
});
