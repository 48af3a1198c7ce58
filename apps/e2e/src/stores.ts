import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testServers } from "@postern/test-servers";
import pg from "pg";
import { migrate } from "./api-process.ts";

/** What a service is started on, and a look behind it. */
export interface Stores {
  /** For every process of it. */
  readonly environment: Readonly<Record<string, string>>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const SECRETS = `test:${randomBytes(32).toString("base64")}`;

let count = 0;

/** A database of its own, migrated by the command that operators use, and the run's Redis. */
export async function fullStores({ isMigrated = true } = {}): Promise<Stores> {
  const { postgresUrl, databasePrefix, redisUrl } = testServers();
  count += 1;
  const name = `${databasePrefix}e2e_${process.pid}_${count}`;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  await admin.query(`create database "${name}"`);
  await admin.end();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  if (isMigrated) await migrate({ DATABASE_URL: url.href });
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  const environment = { DATABASE_URL: url.href, REDIS_URL: redisUrl, SECRETS, POLICY: "course" };
  return {
    environment,
    query: async (text, values) => (await pool.query(text, values)).rows,
    close: () => pool.end(),
  };
}

/** A data folder of its own, which embedded mode makes and fills. */
export function embeddedFolder(): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), "postern-e2e-"));
  return {
    path: join(parent, "data"),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
