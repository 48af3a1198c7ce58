import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { logIn } from "./accounts.ts";
import { sendAll } from "./load/closed-loop.ts";
import { ALL_CPUS } from "./machine.ts";
import { sessionsAtCost } from "./postern-users.ts";
import { migrate, withPostgres } from "./stores.ts";
import { postern, posternWorker, startSystem } from "./system.ts";

const { postgresUrl, redisUrl, databasePrefix } = testServers();

async function database(): Promise<string> {
  const name = `${databasePrefix}bench`;
  await withPostgres(postgresUrl, (client) => client.query(`create database "${name}"`));
  const url = postgresUrl.replace(/\/[^/]*$/, `/${name}`);
  migrate(url);
  return url;
}

it.skipIf(!redisUrl)(
  "the service starts as the bench deploys it, and its users log in",
  async () => {
    const env = { DATABASE_URL: await database(), REDIS_URL: redisUrl };
    await sessionsAtCost(env, 2, 4);
    const api = await startSystem(postern(), env, ALL_CPUS);
    const cookies = await logIn(api, 2);
    const checks = cookies.map(api.system.check);
    expect(await sendAll(api.port, checks, ({ status }) => status)).toEqual([200, 200]);
    const worker = await startSystem(posternWorker, env, ALL_CPUS);
    await Promise.all([api.stop(), worker.stop()]);
  },
  60_000,
);
