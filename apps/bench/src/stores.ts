import { execFileSync } from "node:child_process";
import { findPostgres, redisProgram, startRedis } from "@postern/test-servers";
import { Redis } from "ioredis";
import pg from "pg";

/** A Postgres and a Redis for one run alone. Nothing of them remains. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly redisPid: number | undefined;
  /** Creates an empty database beside the first. */
  freshDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts them on the CPUs that this process has now. */
export async function startStores(): Promise<Stores> {
  const program = redisProgram();
  if (!program) throw new Error("the bench needs a redis-server on this machine");
  delete process.env["TEST_DATABASE_URL"]; // a server that was lent for tests must not receive load
  const [postgres, redis] = await Promise.all([findPostgres(), startRedis(program)]);
  return {
    databaseUrl: postgres.url,
    redisUrl: `redis://127.0.0.1:${redis.port}`,
    redisPid: redis.process.pid,
    async freshDatabase(given) {
      const name = given.replace(/\W/g, "_");
      await withPostgres(postgres.url, async (client) => {
        await client.query(`drop database if exists "${name}" with (force)`);
        await client.query(`create database "${name}"`);
      });
      return postgres.url.replace(/\/[^/]*$/, `/${name}`);
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

export async function withPostgres<Value>(
  url: string,
  use: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function withRedis<Value>(
  url: string,
  use: (client: Redis) => Promise<Value>,
): Promise<Value> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** Migrates a database with the service's own command. */
export function migrate(databaseUrl: string): void {
  const { PATH = "" } = process.env;
  execFileSync(process.execPath, [MIGRATE], { env: { PATH, DATABASE_URL: databaseUrl } });
}

const MIGRATE = new URL("../../api/src/migrate.ts", import.meta.url).pathname;
