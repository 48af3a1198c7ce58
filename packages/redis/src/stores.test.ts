import { coursePolicy, MAX_SESSIONS, sessionIdOf, Unavailable } from "@postern/domain";
import {
  aNewUser,
  aSessionId,
  aTokenHash,
  aUser,
  epochContract,
  sessionStoreContract,
  tokenStoreContract,
} from "@postern/domain/contract";
import { memoryPorts } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisClient, type RedisConnection } from "./connect.ts";
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
      await sessions.open({ tokenHash, user, rules: coursePolicy.session });
      return { sessions, user, tokenHash, key: `postern:user:${user.id}` };
    }

    it("is looked at by one command for all checks of a turn", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      const other = await opened();
      const [, ownAddress = ""] = /\baddr=(\S+)/.exec(await redis.client.client("INFO")) ?? [];
      const monitor = await redis.client.monitor();
      const sent: string[][] = [];
      monitor.on("monitor", (_time: string, [command = "", ...args]: string[], source: string) => {
        // Others use this server too; and what a script does is no command of ours.
        if (source === ownAddress) sent.push([command.toLowerCase(), ...args.slice(1)]);
      });
      const check = () => sessions.check(user.id, tokenHash, coursePolicy.session);
      const unknown = aTokenHash();
      const checked = await Promise.all([
        check(),
        sessions.check(other.user.id, unknown, coursePolicy.session),
        sessions.check(other.user.id, other.tokenHash, coursePolicy.session),
      ]);
      await check();
      await redis.client.echo("end");
      while (!sent.some(([command]) => command === "echo")) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      monitor.disconnect();
      expect(sent).toEqual([
        ["evalsha", "3", key, other.key, other.key, tokenHash, unknown, other.tokenHash],
        ["evalsha", "1", key, tokenHash],
        ["echo"],
      ]);
      expect(checked.map((one) => one?.user.id)).toEqual([user.id, undefined, other.user.id]);
    });

    it("is looked at by few commands for very many checks of a turn, each with its own answer", async () => {
      const { sessions, user, tokenHash } = await opened();
      const asked = Array.from({ length: 501 }, (_, n) => (n % 3 === 0 ? tokenHash : aTokenHash()));
      const checked = await Promise.all(
        asked.map((hash) => sessions.check(user.id, hash, coursePolicy.session)),
      );
      expect(checked.map((one) => one !== undefined)).toEqual(
        asked.map((one) => one === tokenHash),
      );
    });

    it("is one piece of memory, with as many sessions as there may be", async () => {
      const { sessions, user, key } = await opened();
      const rules = coursePolicy.rememberedSession;
      for (let n = 1; n < MAX_SESSIONS; n += 1)
        await sessions.open({ tokenHash: aTokenHash(), user, rules, remembered: true });
      expect(await redis.client.object("ENCODING", key)).toBe("listpack");
      expect(await sessions.list(user.id)).toHaveLength(MAX_SESSIONS);
    });

    it("spoils no other's check when it is something else", async () => {
      const [good, bad] = [await opened(), await opened()];
      await redis.client.set(bad.key, "not a hash", "PX", 10_000);
      const check = ({ sessions, user, tokenHash }: typeof good) =>
        sessions.check(user.id, tokenHash, coursePolicy.session);
      const { sessions } = good;
      const [checked, failed] = await Promise.allSettled([
        check(good),
        check({ ...bad, sessions }),
      ]);
      expect(checked).toMatchObject({ value: { user: { id: good.user.id } } });
      expect(failed).toMatchObject({ reason: { message: expect.stringContaining("WRONGTYPE") } });
    });

    it.each<[string, string, new (message: string) => Error, RegExp]>([
      ["a line too few", "1", Error, /something else/],
      ["a line too many", "1\n\n\n", Error, /something else/],
      ["what passes", "1\n!LOADING Redis is loading\n", Unavailable, /does not answer/],
      ["a mistake", "1\n!WRONGTYPE of this key\n", Error, /WRONGTYPE/],
    ])("gives nobody another's answer after %s", async (_, text, kind, message) => {
      const client = Object.assign(Object.create(redis.client), { posternLook: async () => text });
      const { check } = redisSessionStore(client);
      const checked = await Promise.allSettled(
        [aTokenHash(), aTokenHash()].map((hash) =>
          check(aNewUser().id, hash, coursePolicy.session),
        ),
      );
      const [first, second] = checked;
      expect(first).toMatchObject({ status: "rejected", reason: expect.any(kind) });
      expect(first).toMatchObject({ reason: { message: expect.stringMatching(message) } });
      // Of one key that is wrong the others know nothing; of an answer that is wrong, all do.
      expect(second?.status).toBe(text.includes("!") ? "fulfilled" : "rejected");
    });

    it("spoils no other's check when more than a line is kept in it", async () => {
      const [good, bad] = [await opened(), await opened()];
      await redis.client.hset(bad.key, "user", `0 0 - a\n@b.example`);
      const { check } = good.sessions;
      const [checked, failed] = await Promise.allSettled([
        check(good.user.id, good.tokenHash, coursePolicy.session),
        check(bad.user.id, bad.tokenHash, coursePolicy.session),
      ]);
      expect(checked).toMatchObject({ value: { user: { id: good.user.id } } });
      expect(failed.status).toBe("rejected");
    });

    it("holds no session that it cannot read, and is mended by the next log-in", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.hset(key, "user", "what was kept once", tokenHash, "", "s:x", "1 2 3");
      expect(await sessions.list(user.id)).toEqual([]);
      expect(await sessions.end(user.id, sessionIdOf(tokenHash))).toBeUndefined();
      await sessions.project({ ...user, revision: 9, epoch: 9 });
      const opening = { tokenHash: aTokenHash(), user, rules: coursePolicy.session };
      expect(await sessions.open(opening)).toBeDefined();
      expect((await redis.client.hkeys(key)).toSorted()).toEqual(
        [opening.tokenHash, "user"].toSorted(),
      );
      expect(await sessions.check(user.id, opening.tokenHash, coursePolicy.session)).toBeDefined();
    });

    it("is judged by Redis' time, whatever the clock here says", async () => {
      const { user, tokenHash } = await opened();
      const inDays = async (days: number) => {
        const posternLook: RedisClient["posternLook"] = async (...given) => {
          const [at, ...found] = (await redis.client.posternLook(...given)).split("\n");
          return [Number(at) + days * 86_400_000, ...found].join("\n");
        };
        const client = Object.assign(Object.create(redis.client), { posternLook });
        return await redisSessionStore(client).check(user.id, tokenHash, coursePolicy.session);
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
      await redis.client.posternTouch(key, field, usedAt);
      expect(await seen()).toBe(usedAt);
      await redis.client.posternTouch(key, field, usedAt - 5); // an earlier use that was overtaken
      expect(await seen()).toBe(usedAt);
      await new Promise((resolve) => setTimeout(resolve, 560));
      await redis.client.posternTouch(key, field, usedAt + 20); // it was live then, and is over now
      expect(await seen()).toBe(usedAt);

      const other = await opened();
      await redis.client.hset(other.key, "user", `7 7 - ${other.user.email}`);
      const before = await redis.client.hget(other.key, other.tokenHash);
      await redis.client.posternTouch(other.key, other.tokenHash, Date.now() + 1_000);
      expect(await redis.client.hget(other.key, other.tokenHash)).toBe(before);
    });

    it("is not made for a session that would be over already, as then it would never go", async () => {
      const { sessions, users } = await world();
      const user = await aUser(users);
      const now = new Date();
      const before = { epoch: 0, createdAt: now, lastSeenAt: now, idleExpiresAt: now };
      const continues = {
        ...before,
        id: aSessionId(),
        userId: user.id,
        absoluteExpiresAt: new Date(now.getTime() - 1_000),
        remembered: false,
      };
      const opening = { tokenHash: aTokenHash(), user, continues };
      const { session: rules } = coursePolicy;
      expect(await sessions.open({ ...opening, rules })).toBeUndefined();
      expect(await redis.client.pttl(`postern:user:${user.id}`)).toBe(-2);
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

    it("is not brought back by a check, an end or a projection after Redis lost it", async () => {
      const { sessions, user, tokenHash, key } = await opened();
      await redis.client.del(key);
      expect(await sessions.check(user.id, tokenHash, { touchEveryMs: 0 })).toBeUndefined();
      await sessions.end(user.id, sessionIdOf(tokenHash));
      await sessions.project({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.exists(key)).toBe(0);
    });

    it("keeps its time to live when a projection ends its sessions", async () => {
      const { sessions, user, key } = await opened();
      await sessions.project({ ...user, revision: 9, epoch: 9 });
      expect(await redis.client.hkeys(key)).toEqual(["user"]);
      expect(await redis.client.pttl(key)).toBeGreaterThan(
        coursePolicy.session.absoluteMs - 60_000,
      );
    });
  });
});
