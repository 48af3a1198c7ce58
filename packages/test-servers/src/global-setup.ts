import { randomBytes } from "node:crypto";
import pg from "pg";
import type { TestProject } from "vitest/node";
import "./provided.ts";
import { findPostgres } from "./postgres.ts";
import { findRedis } from "./redis.ts";

/**
 * Finds or starts the servers once per run, and stops them at its end. A Redis that was given keeps
 * keys until they expire.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([findPostgres(), findRedis()]);
  console.log(`Postgres: ${postgres.foundAs}. Redis: ${redis?.foundAs ?? "none"}.`);
  if (!redis && process.env["CI"]) {
    await postgres.stop();
    throw new Error("no Redis: CI must not skip a suite");
  }
  if (!redis) console.warn("\n*** NO REDIS FOUND: ITS SUITES ARE SKIPPED. ***\n");
  const databasePrefix = `postern_test_${randomBytes(4).toString("hex")}_`;
  project.provide("postgresUrl", postgres.url);
  project.provide("redisUrl", redis?.url ?? "");
  project.provide("databasePrefix", databasePrefix);
  return async () => {
    try {
      // A server of our own is deleted with everything in it.
      if (process.env["TEST_DATABASE_URL"]) await dropDatabases(postgres.url, databasePrefix);
    } finally {
      await Promise.all([postgres.stop(), redis?.stop()]);
    }
  };
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where starts_with(datname, $1)",
    [prefix],
  );
  for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
  await client.end();
}
