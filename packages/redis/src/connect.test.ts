import { type AddressInfo, connect, createServer } from "node:net";
import { coursePolicy, sessionIdOf, type TokenHash, Unavailable } from "@postern/domain";
import { aUser } from "@postern/domain/contract";
import { memoryIds, memoryPorts } from "@postern/domain/memory";
import { redisProgram, startProxy, startRedis, testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { connectRedis } from "./connect.ts";
import { noFence } from "./fence.ts";
import { keyOf } from "./partition.ts";
import { redisSessionStore } from "./session-store.ts";

const program = redisProgram();
const { redisUrl } = testServers();

describe("a connection to Redis", () => {
  it("says that a server that is not there is unavailable", async () => {
    const redis = await connectRedis("redis://127.0.0.1:1");
    await expect(redis.ping()).rejects.toThrow(Unavailable);
    await redis.close();
  });

  it.skipIf(!redisUrl)("connects again if its client has given up", async () => {
    const redis = await connectRedis(redisUrl);
    redis.client.disconnect(); // as ioredis does by itself, when two faults of Sentinel meet
    await expect(redis.ping()).rejects.toThrow(Unavailable);
    await expect.poll(() => redis.ping().then(() => "up"), { timeout: 5_000 }).toBe("up");
    await redis.close();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await expect(redis.ping()).rejects.toThrow(Unavailable);
  });

  it.skipIf(!program)("is soon unavailable while its server is stopped, and heals", async () => {
    if (!program) return;
    const server = await startRedis(program); // its own server, because it is stopped
    const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
    const sessions = redisSessionStore(redis.client, noFence);
    const check = () =>
      sessions.check(memoryIds().userId(), "x" as TokenHash, coursePolicy.session);
    expect(await check()).toBeUndefined();

    server.process.kill("SIGSTOP");
    const begun = Date.now();
    await expect(check()).rejects.toThrow(Unavailable);
    expect(Date.now() - begun).toBeLessThan(1_500); // 0.8 s, and a margin for a busy machine
    server.process.kill("SIGCONT");
    await expect.poll(check, { timeout: 5_000 }).toBeUndefined();

    await redis.close();
    await server.stop();
  });

  it.skipIf(!program)(
    "checks and ends sessions while its server is full, and opens none",
    async () => {
      if (!program) return;
      const server = await startRedis(program);
      const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
      const sessions = redisSessionStore(redis.client, noFence);
      const user = await aUser(memoryPorts().users);
      const tokenHash = "0".repeat(64) as TokenHash;
      const opening = { tokenHash, user, rules: coursePolicy.session };
      await sessions.open(opening);
      await redis.client.config("SET", "maxmemory", "1");
      expect(await sessions.check(user.id, tokenHash, { touchEveryMs: 0 })).toBeDefined();
      await expect(sessions.open(opening)).rejects.toThrow(Unavailable);
      await sessions.end(user.id, sessionIdOf(tokenHash));
      expect(await sessions.check(user.id, tokenHash, { touchEveryMs: 0 })).toBeUndefined();
      await redis.close();
      await server.stop();
    },
  );

  it.skipIf(!redisUrl)("gives up a connection that has gone silent", async () => {
    const proxy = await startProxy(Number(new URL(redisUrl).port || 6379));
    const redis = await connectRedis(`redis://127.0.0.1:${proxy.port}`);
    await redis.ping();
    proxy.swallow();
    await expect(redis.ping()).rejects.toThrow(Unavailable);
    await expect.poll(() => redis.ping(), { timeout: 5_000 }).toBeUndefined();
    await redis.close();
    await proxy.close();
  });

  it.skipIf(!redisUrl)("carries all checks of a turn in one round trip", async () => {
    const sent: string[] = [];
    const watch = { sent: (text: string) => (sent.push(text), "pass" as const) };
    const proxy = await startProxy(Number(new URL(redisUrl).port || 6379), watch);
    const redis = await connectRedis(`redis://127.0.0.1:${proxy.port}`);
    const { check } = redisSessionStore(redis.client, noFence);
    const checks = () =>
      Promise.all(
        Array.from({ length: 3 }, () =>
          check(memoryIds().userId(), "x" as TokenHash, coursePolicy.session),
        ),
      );
    await checks(); // now Redis has the script
    sent.length = 0;
    await checks();
    expect(sent).toHaveLength(1);
    await redis.close();
    await proxy.close();
  });

  it.skipIf(!redisUrl)("gives up a connection whose answers only trickle, and heals", async () => {
    const target = Number(new URL(redisUrl).port || 6379);
    let connections = 0;
    const slow = createServer((incoming) => {
      const isFirst = ++connections === 1;
      const outgoing = connect(target, "127.0.0.1");
      incoming.pipe(outgoing).on("error", () => undefined);
      incoming.on("error", () => outgoing.destroy());
      let isSlow = false;
      incoming.on("data", (bytes) => (isSlow ||= isFirst && bytes.includes("eval")));
      // A byte now and then: never silent, and never done soon.
      outgoing.on("data", (bytes) => {
        if (!isSlow) incoming.write(bytes);
        else
          for (const [n, byte] of bytes.entries())
            setTimeout(() => incoming.writable && incoming.write(Buffer.of(byte)), n * 200);
      });
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const redis = await connectRedis(`redis://127.0.0.1:${(slow.address() as AddressInfo).port}`);
    const sessions = redisSessionStore(redis.client, noFence);
    const check = () =>
      sessions.check(memoryIds().userId(), "x" as TokenHash, coursePolicy.session);
    const begun = Date.now();
    const checks = await Promise.allSettled([check(), check(), check()]);
    expect(Date.now() - begun).toBeLessThan(1_500); // 0.8 s, and a margin for a busy machine
    for (const one of checks) expect(one).toMatchObject({ reason: expect.any(Unavailable) });
    await expect.poll(check, { timeout: 5_000 }).toBeUndefined();
    await redis.close();
    slow.close();
  });

  it.skipIf(!program)("checks and lists sessions while writes are paused", async () => {
    if (!program) return;
    // Its own server, because a pause affects every client.
    const server = await startRedis(program);
    const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
    const sessions = redisSessionStore(redis.client, noFence);
    const user = await aUser(memoryPorts().users);
    const tokenHash = "0".repeat(64) as TokenHash;
    await sessions.open({ tokenHash, user, rules: coursePolicy.session });
    await redis.client.client("PAUSE", 10_000, "WRITE"); // as a failover does
    expect(await sessions.check(user.id, tokenHash, coursePolicy.session)).toBeDefined();
    expect(await sessions.list(user.id)).toHaveLength(1);
    await expect(sessions.end(user.id, sessionIdOf(tokenHash))).rejects.toThrow(Unavailable);
    await redis.close();
    await server.stop();
  });

  it.skipIf(!program)(
    "takes a change of the user while Redis is full, and no new session",
    async () => {
      if (!program) return;
      const server = await startRedis(program);
      const redis = await connectRedis(`redis://127.0.0.1:${server.port}`);
      const sessions = redisSessionStore(redis.client, noFence);
      const user = await aUser(memoryPorts().users);
      const tokenHash = "0".repeat(64) as TokenHash;
      const opening = { tokenHash, user, rules: coursePolicy.session };
      await sessions.open(opening);
      await redis.client.config("SET", "maxmemory", "1");
      const emailVerifiedAt = new Date(0);
      await sessions.syncUser({ ...user, revision: user.revision + 1, emailVerifiedAt });
      const checked = await sessions.check(user.id, tokenHash, coursePolicy.session);
      expect(checked?.user.emailVerifiedAt).toEqual(emailVerifiedAt);
      await expect(sessions.open(opening)).rejects.toThrow(Unavailable);
      await redis.close();
      await server.stop();
    },
  );

  it.skipIf(!redisUrl)("does not pass off a mistake as the server's fault", async () => {
    const redis = await connectRedis(redisUrl);
    const key = keyOf("off", memoryIds().userId());
    await redis.client.set(key, "not a hash", "PX", 10_000);
    const userId = memoryIds().userId();
    await redis.client.rename(key, keyOf("off", userId));
    const check = redisSessionStore(redis.client, noFence).check(
      userId,
      "x" as TokenHash,
      coursePolicy.session,
    );
    await expect(check).rejects.toThrow(/WRONGTYPE/);
    await redis.close();
  });

  it("is made through a Unix socket, with a database", async () => {
    if (!program) throw new Error("no Redis");
    const server = await startRedis(program);
    const redis = await connectRedis(`unix://${server.socketPath}?db=3`);
    await redis.client.set("here", "1");
    const overTcp = await connectRedis(`redis://127.0.0.1:${server.port}/3`);
    expect(await overTcp.client.get("here")).toBe("1");
    await Promise.all([redis.close(), overTcp.close()]);
    await server.stop();
  });
});
