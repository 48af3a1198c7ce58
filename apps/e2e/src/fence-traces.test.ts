import {
  initdbProgram,
  redisProgram,
  startPostgres,
  startProxy,
  startSentinels,
  testServers,
} from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { migrate, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const { redisUrl } = testServers();
const [program, initdb] = [redisProgram(), initdbProgram()];
const PASSWORD = "MyPwdOfBob";

describe.skipIf(!redisUrl || !program)("the fence, with Sentinel", () => {
  const opened: { stop(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.stop();
  });

  async function sentinels() {
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    const started = await startSentinels(program);
    opened.push({ stop: () => started.stop([started.primary, started.replica]) });
    const hosts = started.ports.map((port) => `127.0.0.1:${port}`).join(",");
    return { ...started, url: `redis+sentinel://${hosts}/${started.name}` };
  }

  async function bobOf(origin: string) {
    const [bob, email] = [visitor(origin), anEmail()];
    await bob.register(email, PASSWORD);
    expect((await bob.logIn(email, PASSWORD)).status).toBe(200);
    return { bob, cookie: bob.cookie, email };
  }

  /** Asks as often as it can for so long, and returns each status that came. */
  async function statusesOf(ask: () => Promise<{ readonly status: number }>, forMs: number) {
    const statuses = new Set<number>();
    const end = performance.now() + forMs;
    while (performance.now() < end) statuses.add((await ask()).status);
    return [...statuses];
  }

  it.each([
    ["refuses", "on"],
    ["accepts without the fence: the test can fail,", "off"],
  ] as const)(
    "%s an ended session on a primary that was deposed and does not know it",
    async (_, REDIS_FENCE) => {
      const stores: Stores = await fullStores();
      opened.push({ stop: () => stores.close() });
      const { url, primary, replica } = await sentinels();
      const env = { ...stores.environment, BCRYPT_COST: "4", REDIS_FENCE };
      const api = await startApi({ ...env, REDIS_URL: url });
      // A node whose client does not hear of failovers: it stays with its primary.
      const REDIS_URL = `redis://127.0.0.1:${primary.port}`;
      const left = await startApi({ ...env, REDIS_URL });
      opened.push({ stop: () => api.end() }, { stop: () => left.end() });
      const [{ bob, cookie }, other] = [await bobOf(api.origin), await bobOf(api.origin)];

      primary.process.kill("SIGSTOP");
      await expect
        .poll(async () => (await replica.admin.info("replication")).includes("role:master"), {
          timeout: 20_000,
        })
        .toBe(true);
      await expect
        .poll(async () => (await other.bob.profile()).status, { timeout: 20_000 })
        .toBe(200);
      // Not before the lease of the other node has run out.
      expect((await bob.logOut()).status).toBe(302);
      primary.process.kill("SIGCONT");
      const ask = () => visitor(left.origin, cookie).profile();
      const statuses = await statusesOf(ask, 6_000);
      expect(statuses.includes(200)).toBe(REDIS_FENCE === "off");
    },
    90_000,
  );

  it.skipIf(!initdb)(
    "certifies nothing while Postgres is away during a promotion, and goes on afterwards",
    async () => {
      const postgres = await startPostgres(initdb ?? "");
      const proxy = await startProxy(postgres.port);
      opened.push(postgres, { stop: () => proxy.close() });
      const DATABASE_URL = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
      await migrate({ DATABASE_URL });
      const { environment, close } = await fullStores({ isMigrated: false });
      opened.push({ stop: () => close() });
      const { url, primary } = await sentinels();
      const env = { ...environment, DATABASE_URL, REDIS_URL: url, BCRYPT_COST: "4" };
      const api = await startApi(env);
      opened.push({ stop: () => api.end() });
      const [{ bob, cookie }, other] = [await bobOf(api.origin), await bobOf(api.origin)];
      expect((await bob.logOut()).status).toBe(302);

      proxy.refuse(true);
      const ended = () => visitor(api.origin, cookie).profile();
      // Redis is as it was: checks go on.
      expect(await statusesOf(() => other.bob.profile(), 4_000)).toEqual([200]);
      expect((await ended()).status).toBe(403);
      await primary.kill();
      const during = await statusesOf(ended, 6_000);
      expect(during).not.toContain(200);
      expect((await other.bob.profile()).status).toBe(503);
      proxy.refuse(false);
      await expect
        .poll(async () => (await other.bob.profile()).status, { timeout: 20_000 })
        .toBe(200);
      expect((await ended()).status).toBe(403);
    },
    90_000,
  );
});
