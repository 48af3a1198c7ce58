import pg from "pg";
import { connectPostgres, type PostgresConnection } from "./connect.ts";
import { migrate } from "./migrate.ts";

export interface FreshDatabase extends PostgresConnection {
  readonly url: string;
}

interface TestDatabases {
  /** A server on which databases may be created. */
  readonly postgresUrl: string;
  /** Prefix of their names. The test run drops them at its end. */
  readonly databasePrefix: string;
}

let count = 0;

/** Creates an empty, migrated database from a template that is migrated once per run. */
export async function freshDatabase(
  given: TestDatabases,
  options: { onStatement?: (statement: string) => void } = {},
): Promise<FreshDatabase> {
  const { postgresUrl, databasePrefix } = given;
  const template = `${databasePrefix}template`;
  count += 1;
  const name = `${databasePrefix}${process.pid}_${count}`;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    // One at a time: the first call creates the template, and cloning allows no other connection to
    // it.
    await admin.query("select pg_advisory_lock(hashtext($1))", [template]);
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [
      template,
    ]);
    if (rowCount === 0) await createTemplate(admin, postgresUrl, template);
    await admin.query(`create database "${name}" template "${template}"`);
  } finally {
    await admin.end();
  }
  const url = withDatabase(postgresUrl, name);
  return { url, ...connectPostgres({ url, ...options }) };
}

async function createTemplate(
  admin: pg.Client,
  serverUrl: string,
  template: string,
): Promise<void> {
  await admin.query(`create database "${template}"`);
  const connection = connectPostgres({ url: withDatabase(serverUrl, template) });
  await migrate(connection.db);
  await connection.close();
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
