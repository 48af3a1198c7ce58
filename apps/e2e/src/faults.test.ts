import {
  type Proxy,
  redisProgram,
  startProxy,
  startRedis,
  testServers,
} from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const { redisUrl } = testServers();
const program = redisProgram();
const PASSWORD = "MyPwdOfBob";
const HEALED = { timeout: 5_000 };

describe.skipIf(!redisUrl || !program)("when a store is down", () => {
  let stores: Stores;
  let toPostgres: Proxy;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let api: ApiProcess;
  beforeAll(async () => {
    stores = await fullStores();
    const url = new URL(stores.environment["DATABASE_URL"] ?? "");
    toPostgres = await startProxy(Number(url.port || 5432));
    url.host = `127.0.0.1:${toPostgres.port}`;
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    redis = await startRedis(program); // its own server, because it is stopped
    const environment = { DATABASE_URL: url.href, REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    api = await startApi({ ...stores.environment, ...environment, BCRYPT_COST: "4" });
  });
  afterAll(async () => {
    await api?.end();
    await redis?.stop();
    await toPostgres?.close();
    await stores?.close();
  });

  async function loggedIn() {
    const bob = visitor(api.origin);
    const email = anEmail();
    await bob.register(email, PASSWORD);
    expect((await bob.logIn(email, PASSWORD)).status).toBe(200);
    return { bob, email };
  }

  it("checks sessions without Postgres, ends them, and answers the rest with 503", async () => {
    const { bob, email } = await loggedIn();
    const other = visitor(api.origin);
    await other.logIn(email, PASSWORD);
    const { cookie } = other;
    toPostgres.refuse(true);
    expect((await bob.profile()).status).toBe(200);
    for (const answer of [
      await visitor(api.origin).logIn(email, PASSWORD),
      await visitor(api.origin).register(anEmail(), PASSWORD),
      await visitor(api.origin).send("POST", "/reset_password", { email }),
      await visitor(api.origin).send("GET", "/health/ready?writes"),
      await other.logOut(),
    ]) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
    expect((await visitor(api.origin, cookie).profile()).status).toBe(403); // ended all the same
    // A balancer that asks this leaves the process in place.
    const ready = await bob.send("GET", "/health/ready");
    expect([ready.status, ready.text]).toEqual([200, '{"status":"ready","failing":["postgres"]}']);
    toPostgres.refuse(false);
    const status = async () => (await visitor(api.origin).logIn(email, PASSWORD)).status;
    await expect.poll(status, HEALED).toBe(200);
  });

  it("answers 503 without Redis, never 403, and goes on when it is back", async () => {
    const { bob, email } = await loggedIn();
    redis.process.kill("SIGSTOP");
    for (const answer of [
      await bob.profile(),
      await bob.send("GET", "/sessions/current"),
      await bob.send("GET", "/health/ready"),
      await bob.logOut(),
      await visitor(api.origin).logIn(email, PASSWORD),
      await visitor(api.origin).send("POST", "/reset_password", { email }),
    ]) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
    redis.process.kill("SIGCONT");
    await expect.poll(async () => (await bob.profile()).status, HEALED).toBe(200);
  });
});
