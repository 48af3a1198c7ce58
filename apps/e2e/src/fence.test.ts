import {
  type RedisNode,
  redisProgram,
  startRedisNode,
  startReplica,
  testServers,
} from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { type ApiProcess, exitOf, launchApi, postern, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const { redisUrl } = testServers();
const program = redisProgram();
const [PASSWORD, NEW_PASSWORD] = ["MyPwdOfBob", "AnotherPwdOfBob"];

describe.skipIf(!redisUrl || !program)("a Redis that forgets", () => {
  const opened: { stop(): Promise<unknown> }[] = [];
  afterEach(async () => {
    // The newest first: a server that was started again has the folder of the one before.
    for (const one of opened.splice(0).toReversed()) await one.stop();
  });

  async function service(environment: Record<string, string> = {}) {
    const stores: Stores = await fullStores();
    opened.push({ stop: () => stores.close() });
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    const redis = await startRedisNode(program);
    opened.push(redis);
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    const env = { ...stores.environment, REDIS_URL, BCRYPT_COST: "4", ...environment };
    const api: ApiProcess = await startApi(env);
    opened.push({ stop: () => api.end() });
    return { stores, redis, api, env };
  }

  async function bobAndCarol(origin: string) {
    const [bob, carol] = [visitor(origin), visitor(origin)];
    const email = anEmail();
    await bob.register(email, PASSWORD);
    for (const one of [bob, carol]) expect((await one.logIn(email, PASSWORD)).status).toBe(200);
    return { bob, carol, email, ended: visitor(origin, bob.cookie) };
  }

  /** Redis dies and comes back with the data that it had at its last `SAVE`. */
  async function goBack(redis: RedisNode): Promise<void> {
    await redis.kill();
    opened.push(await redis.restart());
  }

  const answers = async (one: ReturnType<typeof visitor>) => {
    let status = 503;
    await expect
      .poll(async () => (status = (await one.profile()).status), { timeout: 15_000, interval: 20 })
      .not.toBe(503);
    return status;
  };

  it.each<[string, (to: Awaited<ReturnType<typeof bobAndCarol>>) => Promise<unknown>, number]>([
    ["a log-out", async ({ bob }) => expect((await bob.logOut()).status).toBe(302), 200],
    [
      "a password reset",
      async ({ bob, email }) => {
        const token = await bob.resetToken(email);
        expect((await bob.reset(email, token, NEW_PASSWORD)).status).toBe(200);
      },
      403,
    ],
    [
      "a deletion",
      async ({ bob }) => expect((await bob.send("DELETE", "/profile")).status).toBe(200),
      403,
    ],
  ])("does not bring back what %s ended", async (_, end, other) => {
    const { redis, api } = await service();
    const people = await bobAndCarol(api.origin);
    await redis.admin.save();
    await end(people);
    expect((await people.ended.profile()).status).toBe(403);
    await goBack(redis);
    expect(await answers(people.ended)).toBe(403);
    expect(await answers(people.carol)).toBe(other);
  });

  it("does without the fence: the test can fail", async () => {
    const { redis, api } = await service({ REDIS_FENCE: "off" });
    const people = await bobAndCarol(api.origin);
    await redis.admin.save();
    expect((await people.bob.logOut()).status).toBe(302);
    await goBack(redis);
    expect(await answers(people.ended)).toBe(200);
    expect(api.output.join("\n")).toContain("REDIS_FENCE=off");
  });

  it("ends every session of data that lacks its mark", async () => {
    const { redis, api } = await service();
    const { carol, email } = await bobAndCarol(api.origin);
    await redis.admin.del(await redis.admin.keys("*:mark"));
    expect(await answers(carol)).toBe(200);
    await expect.poll(async () => (await carol.profile()).status, { timeout: 10_000 }).toBe(403);
    expect((await carol.logIn(email, PASSWORD)).status).toBe(200);
    expect((await carol.profile()).status).toBe(200);
  });

  it("ends a session again after data went back in time under one history", async () => {
    const { redis, api } = await service();
    const people = await bobAndCarol(api.origin);
    const keys = await redis.admin.keys("*");
    const before = await Promise.all(keys.map((key) => redis.admin.dumpBuffer(key)));
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // a few marks
    expect((await people.bob.logOut()).status).toBe(302);
    for (const [index, key] of keys.entries())
      await redis.admin.restore(key, 0, before[index] ?? "", "REPLACE");
    await expect
      .poll(async () => (await people.ended.profile()).status, { timeout: 10_000 })
      .toBe(403);
    expect(await answers(people.carol)).toBe(200);
  });

  it("ends no session when its first replica arrives, though Redis takes another id", async () => {
    const { redis, api } = await service();
    const { carol } = await bobAndCarol(api.origin);
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    opened.push(await startReplica(program, redis));
    await expect.poll(() => api.output.filter((line) => /certified/.test(line)).length).toBe(2);
    expect(await answers(carol)).toBe(200);
  });

  it("ends no session, and refuses none, while processes come and go", async () => {
    const { api, env } = await service();
    const { carol } = await bobAndCarol(api.origin);
    const { cookie } = carol;
    const statuses = new Set<number>();
    for (let n = 0; n < 3; n += 1) {
      const other = await startApi(env);
      const until = performance.now() + 2_500;
      while (performance.now() < until)
        for (const { origin } of [api, other])
          statuses.add((await visitor(origin, cookie).profile()).status);
      await other.end("SIGKILL");
    }
    expect([...statuses]).toEqual([200]);
    expect(api.output.filter((line) => /certified/.test(line))).toHaveLength(1);
  });

  it("ends every session when Postgres was restored from a backup", async () => {
    const { stores, api, env } = await service();
    const { bob, carol, email } = await bobAndCarol(api.origin);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // a mark
    await stores.query("create table backup as select * from postern.session_histories");
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // marks that the backup lacks
    const token = await bob.resetToken(email);
    expect((await bob.reset(email, token, NEW_PASSWORD)).status).toBe(200);
    expect((await bob.logIn(email, NEW_PASSWORD)).status).toBe(200);
    expect((await carol.profile()).status).toBe(403);
    await api.end();
    await stores.query("delete from postern.session_histories");
    await stores.query("insert into postern.session_histories select * from backup");
    await stores.query("update postern.users set epoch = epoch - 1, revision = revision - 1");
    const restored = await startApi(env);
    opened.push({ stop: () => restored.end() });
    const again = visitor(restored.origin, bob.cookie);
    await expect.poll(async () => (await again.profile()).status, { timeout: 15_000 }).toBe(403);
    expect((await again.logIn(email, NEW_PASSWORD)).status).toBe(200);
    expect((await again.profile()).status).toBe(200);
  });

  it("is certified by hand after its data was changed", async () => {
    const { redis, api, env } = await service();
    const people = await bobAndCarol(api.origin);
    const [key = ""] = await redis.admin.keys("postern:{p*}:*-*-*"); // the only user
    const before = await redis.admin.dumpBuffer(key);
    expect((await people.bob.logOut()).status).toBe(302);
    await redis.admin.restore(key, 0, before, "REPLACE");
    expect((await people.ended.profile()).status).toBe(200); // until the command
    const { code, stdout } = await postern(env, "--json", "sessions", "recertify");
    expect([code, JSON.parse(stdout)]).toEqual([0, { partitions: 64 }]);
    expect(await answers(people.ended)).toBe(403);
    expect(await answers(people.carol)).toBe(200);
  });

  it("that does not tell its history refuses the start, unless the fence is off", async () => {
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    const stores = await fullStores();
    opened.push({ stop: () => stores.close() });
    const redis = await startRedisNode(program);
    opened.push(redis);
    await redis.admin.call("ACL", "SETUSER", "managed", "on", ">pw", "~*", "+@all", "-info");
    const REDIS_URL = `redis://managed:pw@127.0.0.1:${redis.port}`;
    const env = { ...stores.environment, REDIS_URL, BCRYPT_COST: "4" };
    const refused = launchApi(env);
    expect(await exitOf(refused.child)).toBe(1);
    expect(refused.output.join("\n")).toContain("REDIS_FENCE=off");
    const api = await startApi({ ...env, REDIS_FENCE: "off" });
    opened.push({ stop: () => api.end() });
    await bobAndCarol(api.origin);
  });
});
