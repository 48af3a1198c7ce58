import { aesSeal, bcryptHasher, hashGate, idSource, tokenFactory } from "@postern/crypto";
import { nativeBcrypt } from "@postern/crypto/native";
import { coursePolicy, noBreachedPasswords } from "@postern/domain";
import { createApp } from "@postern/http";
import { postgresStores } from "@postern/postgres";
import { type FreshDatabase, freshDatabase } from "@postern/postgres/testing";
import { connectRedis, noFence, type RedisConnection, redisStores } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const servers = testServers();

describe.skipIf(!servers.redisUrl)("what a request costs", () => {
  const statements: string[] = [];
  let database: FreshDatabase;
  let redis: RedisConnection;
  let request: (method: string, path: string, init?: RequestInit) => Promise<Response>;
  beforeAll(async () => {
    database = await freshDatabase(servers, { onStatement: (text) => statements.push(text) });
    redis = await connectRedis(servers.redisUrl);
    const keys = [{ id: "test", key: Buffer.alloc(32, 1) }];
    const seal = aesSeal({ keys });
    const ports = {
      ...postgresStores(database.db, seal),
      // The fence asks Postgres once a second, whatever the requests are: it is not counted.
      ...redisStores(redis.client, noFence),
      breachedPasswords: noBreachedPasswords,
      clock: { now: () => new Date() },
      hasher: bcryptHasher({
        cost: 4,
        gate: hashGate({ atOnce: 2, maxWaitMs: 60_000, expectedMs: 1 }),
        bcrypt: nativeBcrypt,
      }),
      ids: idSource(),
      policy: coursePolicy,
      tokenFactory: tokenFactory({ keys }),
    };
    const app = createApp({ ports });
    request = async (method, path, init) =>
      app.request(`http://localhost${path}`, { method, ...init });
  });
  afterAll(async () => {
    await redis?.close();
    await database?.close();
  });

  /** Returns the statements and commands that `act` sends, without those of scripts. */
  async function cost(act: () => Promise<Response>) {
    const [, ownAddress = ""] = /\baddr=(\S+)/.exec(await redis.client.client("INFO")) ?? [];
    const monitor = await redis.client.monitor();
    const commands: string[] = [];
    monitor.on("monitor", (_time: string, [command = ""]: string[], source: string) => {
      if (source === ownAddress) commands.push(command.toLowerCase());
    });
    statements.length = 0;
    const { status } = await act();
    const sql = statements.length;
    await redis.client.echo("end");
    await expect.poll(() => commands.includes("echo")).toBe(true);
    monitor.disconnect();
    return { status, sql, redis: commands.filter((command) => command !== "echo") };
  }

  it("is one round trip to Redis and no SQL for a session check, and little more for the rest", async () => {
    const body = () => new URLSearchParams({ email: "bob@example.com", password: "MyPwdOfBob" });
    const registered = await cost(() => request("POST", "/users", { body: body() }));
    expect(registered).toEqual({ status: 200, sql: 1, redis: [] });
    let cookie = "";
    const loggedIn = await cost(async () => {
      const response = await request("POST", "/sessions", { body: body() });
      cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
      return response;
    });
    const script = expect.stringMatching(/^eval(sha)?$/); // whole, the first time on a connection
    // The limits add two statements (count a failure in advance, and forget it), and two commands
    // (take a place for the account, and give it back).
    expect(loggedIn).toEqual({ status: 200, sql: 4, redis: [script, script, script] });
    for (const path of ["/profile", "/sessions/current"]) {
      const checked = await cost(() => request("GET", path, { headers: { cookie } }));
      expect(checked).toEqual({ status: 200, sql: 0, redis: [script] });
    }
    const refused = await cost(() => request("GET", "/profile"));
    expect(refused).toEqual({ status: 403, sql: 0, redis: [] });
    const loggedOut = await cost(() => request("DELETE", "/sessions", { headers: { cookie } }));
    expect(loggedOut).toEqual({ status: 302, sql: 1, redis: [script] });
  });
});
