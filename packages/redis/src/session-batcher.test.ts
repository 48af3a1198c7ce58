import { coursePolicy, Unavailable } from "@postern/domain";
import { aNewUser, aTokenHash, aUser } from "@postern/domain/contract";
import { memoryPorts } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisConnection } from "./connect.ts";
import { noFence } from "./fence.ts";
import { keyOf } from "./partition.ts";
import { redisSessionStore } from "./session-store.ts";

const { redisUrl } = testServers();
const { session: rules } = coursePolicy;

describe.skipIf(!redisUrl)("the session batcher", () => {
  let redis: RedisConnection;
  beforeAll(async () => {
    redis = await connectRedis(redisUrl);
    // From now on Redis knows the script, and its SHA-1 is enough.
    await redisSessionStore(redis.client, noFence).check(aNewUser().id, aTokenHash(), rules);
  });
  afterAll(() => redis.close());

  async function opened() {
    const sessions = redisSessionStore(redis.client, noFence);
    const user = await aUser(memoryPorts().users);
    const tokenHash = aTokenHash();
    await sessions.open({ tokenHash, user, rules });
    return { sessions, user, tokenHash, key: keyOf("off", user.id) };
  }

  /** The commands that this connection sends during `act`, without what the scripts call. */
  async function commandsOf(act: () => Promise<unknown>): Promise<string[][]> {
    const [, ownAddress = ""] = /\baddr=(\S+)/.exec(await redis.client.client("INFO")) ?? [];
    const monitor = await redis.client.monitor();
    const sent: string[][] = [];
    monitor.on("monitor", (_time: string, [command = "", ...args]: string[], source: string) => {
      if (source === ownAddress) sent.push([command.toLowerCase(), ...args.slice(1)]);
    });
    await act();
    await redis.client.echo("end");
    while (!sent.some(([command]) => command === "echo"))
      await new Promise((resolve) => setImmediate(resolve));
    monitor.disconnect();
    return sent.slice(0, -1);
  }

  it("sends all lookups of one turn as one command", async () => {
    const [one, other] = [await opened(), await opened()];
    const { sessions, user, tokenHash, key } = one;
    const check = () => sessions.check(user.id, tokenHash, rules);
    const unknown = aTokenHash();
    let found: (string | undefined)[] = [];
    const sent = await commandsOf(async () => {
      const checked = await Promise.all([
        check(),
        sessions.check(other.user.id, unknown, rules),
        sessions.check(other.user.id, other.tokenHash, rules),
      ]);
      found = checked.map((session) => session?.user.id);
      await check();
    });
    expect(sent).toEqual([
      ["evalsha", "3", key, other.key, other.key, tokenHash, unknown, other.tokenHash, "off"],
      ["evalsha", "1", key, tokenHash, "off"],
    ]);
    expect(found).toEqual([user.id, undefined, other.user.id]);
  });

  it("sends very many lookups of one turn as few full batches, each with its own answer", async () => {
    const { sessions, user, tokenHash } = await opened();
    const hashes = Array.from({ length: 501 }, (_, n) => (n % 3 === 0 ? tokenHash : aTokenHash()));
    let found: boolean[] = [];
    const sent = await commandsOf(async () => {
      const checked = await Promise.all(hashes.map((hash) => sessions.check(user.id, hash, rules)));
      found = checked.map((session) => session !== undefined);
    });
    expect(found).toEqual(hashes.map((hash) => hash === tokenHash));
    const sizes = sent.map(([command, keys]) => (command === "evalsha" ? Number(keys) : command));
    expect(sizes).toEqual([...Array.from({ length: 20 }, () => 24), 21]);
  });

  it("fails only the lookup of a key of the wrong type", async () => {
    const [good, bad] = [await opened(), await opened()];
    await redis.client.set(bad.key, "not a hash", "PX", 10_000);
    const [checked, failed] = await Promise.allSettled([
      good.sessions.check(good.user.id, good.tokenHash, rules),
      good.sessions.check(bad.user.id, bad.tokenHash, rules),
    ]);
    expect(checked).toMatchObject({ value: { user: { id: good.user.id } } });
    expect(failed).toMatchObject({ reason: { message: expect.stringContaining("WRONGTYPE") } });
  });

  it("fails only the lookup of a value that contains a line break", async () => {
    const [good, bad] = [await opened(), await opened()];
    await redis.client.hset(bad.key, "user", `0 0 - a\n@b.example`);
    const { check } = good.sessions;
    const [checked, failed] = await Promise.allSettled([
      check(good.user.id, good.tokenHash, rules),
      check(bad.user.id, bad.tokenHash, rules),
    ]);
    expect(checked).toMatchObject({ value: { user: { id: good.user.id } } });
    expect(failed.status).toBe("rejected");
  });

  it.each<[string, string, new (message: string) => Error, RegExp]>([
    ["a line too few", "1", Error, /unexpected reply/],
    ["a line too many", "1\n\n\n", Error, /unexpected reply/],
    ["a temporary fault", "1\n!LOADING Redis is loading\n", Unavailable, /is unavailable/],
    ["a programmer error", "1\n!WRONGTYPE of this key\n", Error, /WRONGTYPE/],
  ])("gives no caller another one's answer after %s", async (_, text, kind, message) => {
    const posternLookupSessions = async () => text;
    const client = Object.assign(Object.create(redis.client), { posternLookupSessions });
    const { check } = redisSessionStore(client, noFence);
    const [first, second] = await Promise.allSettled(
      [aTokenHash(), aTokenHash()].map((hash) => check(aNewUser().id, hash, rules)),
    );
    expect(first).toMatchObject({ status: "rejected", reason: expect.any(kind) });
    expect(first).toMatchObject({ reason: { message: expect.stringMatching(message) } });
    // An error of one key concerns that key alone; a malformed reply concerns every lookup.
    expect(second?.status).toBe(text.includes("!") ? "fulfilled" : "rejected");
  });
});
