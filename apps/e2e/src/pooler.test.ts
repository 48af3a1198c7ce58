import { pgBouncerProgram, startPgBouncer, testServers } from "@postern/test-servers";
import pg from "pg";
import { expect, it } from "vitest";
import { exitOf, launchApi, migrate } from "./api-process.ts";
import { liveThrough } from "./account-life.ts";
import { startEventService } from "./event-service.ts";
import { endlessly } from "./from-network.ts";
import { fullStores } from "./stores.ts";

const program = pgBouncerProgram();
if (!program) {
  if (process.env["CI"]) throw new Error("no PgBouncer: CI must not skip a suite");
  console.warn("\n*** NO PGBOUNCER FOUND: ITS SUITE IS SKIPPED. ***\n");
}
const { postgresUrl, redisUrl } = testServers();

it.skipIf(!program || !redisUrl)(
  "the service lives behind PgBouncer in transaction mode, with and without a direct connection",
  async () => {
    const pooler = await startPgBouncer(program ?? "", postgresUrl);
    for (const listensDirectly of [true, false]) {
      const stores = await fullStores({ isMigrated: false });
      const direct = stores.environment["DATABASE_URL"] ?? "";
      const pooled = new URL(direct);
      pooled.host = `127.0.0.1:${pooler.port}`;
      await migrate({ DATABASE_URL: pooled.href });
      const service = await startEventService({
        environment: {
          POLICY: "strict",
          BCRYPT_COST: "10",
          DATABASE_URL: pooled.href,
          ...(listensDirectly && { DATABASE_LISTEN_URL: direct }),
        },
        answerPost: () => ({ status: 200, body: "thanks" }),
      });
      const worker = await service.startWorker();
      await liveThrough(service);
      const output = worker.output.join("\n");
      expect(output.includes("set DATABASE_LISTEN_URL")).toBe(!listensDirectly);
      await service.close();
      await stores.close();
    }
    await pooler.stop();
  },
  120_000,
);

it.skipIf(!program)(
  "behind a pooler a setting that would break the service is named at the start",
  async () => {
    const pooler = await startPgBouncer(program ?? "", postgresUrl);
    const stores = await fullStores();
    const url = new URL(stores.environment["DATABASE_URL"] ?? "");
    await stores.query(
      `alter database "${url.pathname.slice(1)}" set default_transaction_isolation = 'serializable'`,
    );
    url.host = `127.0.0.1:${pooler.port}`;
    const api = launchApi({ ...stores.environment, DATABASE_URL: url.href });
    expect(await exitOf(api.child)).toBe(1);
    expect(api.output.join("\n")).toContain('default_transaction_isolation is "serializable"');
    await stores.close();
    await pooler.stop();
  },
  60_000,
);

it.skipIf(!program)(
  "migrating through a busy pooler leaves no lock behind",
  async () => {
    const pooler = await startPgBouncer(program ?? "", postgresUrl);
    const stores = await fullStores({ isMigrated: false });
    const url = new URL(stores.environment["DATABASE_URL"] ?? "");
    url.host = `127.0.0.1:${pooler.port}`;
    const busy = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new pg.Client({ connectionString: url.href });
        await client.connect();
        const stop = endlessly(1, () => client.query("select 1"));
        return async () => {
          await stop();
          await client.end();
        };
      }),
    );
    for (const schema of ["postern", "postern", "second", "second"])
      await migrate({ DATABASE_URL: url.href, DATABASE_SCHEMA: schema });
    const locks = `
      select from pg_locks join pg_database on pg_database.oid = pg_locks.database
      where locktype = 'advisory' and datname = current_database()`;
    expect(await stores.query(locks)).toEqual([]);
    await Promise.all(busy.map((stop) => stop()));
    await stores.close();
    await pooler.stop();
  },
  60_000,
);
