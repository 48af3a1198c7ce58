import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testServers } from "@postern/test-servers";
import pg from "pg";
import { migrate } from "./api-process.ts";

/** The stores of a service, with access for tests. */
export interface Stores {
  /** For every process of the service. */
  readonly environment: Readonly<Record<string, string>>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Of every service that a test starts. */
export const SECRETS = `test:${randomBytes(32).toString("base64")}`;

let count = 0;

/** Creates a database, migrated by the operators' command, and uses the run's Redis. */
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
  pool.on("error", () => undefined); // the next query reports it
  const environment = { DATABASE_URL: url.href, REDIS_URL: redisUrl, SECRETS, POLICY: "course" };
  return {
    environment,
    query: async (text, values) => (await pool.query(text, values)).rows,
    close: () => pool.end(),
  };
}

/** Creates a temporary folder, and returns the path in it where embedded mode puts its data. */
export function embeddedFolder(): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), "postern-e2e-"));
  return {
    path: join(parent, "data"),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
