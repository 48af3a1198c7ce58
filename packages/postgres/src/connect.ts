import { Kysely, PostgresDialect, sql } from "kysely";
import { DEFAULT_SCHEMA, IN_DEFAULT_SCHEMA, inSchema } from "./in-schema.ts";
import { withoutMigrationLock } from "./migration-lock.ts";
import { resilientPool } from "./pool.ts";
import type { Schema } from "./schema.ts";

export interface PostgresConnection {
  readonly db: Kysely<Schema>;
  /** The schema of our tables. */
  readonly schema: string;
  /**
   * Runs SQL of other libraries, several statements at once if it has no parameters. Returns all
   * rows.
   */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  /** Resolves if the database answers within its time limits. */
  ping(): Promise<void>;
  /** Resolves if the database takes writes. */
  probeWrite(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  readonly url: string;
  /** Default: `postern`. */
  readonly schema?: string | undefined;
  /** Default: 10. */
  readonly maxConnections?: number;
  /** Default: 1.5 s, so that a request has its 503 within 3 s. 0: no limit, for migrations. */
  readonly statementTimeoutMs?: number;
  /** Called with connections that break. */
  readonly onError?: (error: Error) => void;
  /** Called with every statement; for counting in tests. */
  readonly onStatement?: (statement: string) => void;
}

/**
 * A pool whose faults arrive as `Unavailable`. It connects at the first use, and recovers by
 * itself.
 */
export function connectPostgres(options: PostgresOptions): PostgresConnection {
  const {
    url,
    schema = DEFAULT_SCHEMA,
    maxConnections = 10,
    statementTimeoutMs = 1_500,
    onError = () => undefined,
  } = options;
  const rewrite = inSchema(schema);
  const pool = resilientPool({ url, rewrite, maxConnections, statementTimeoutMs, onError });
  const db = new Kysely<Schema>({
    dialect: withoutMigrationLock(new PostgresDialect({ pool })),
    plugins: [...IN_DEFAULT_SCHEMA],
    log: (event) => options.onStatement?.(event.query.sql),
  });
  return {
    db,
    schema,
    async execute(text, values = []) {
      const client = await pool.connect();
      let failed = true;
      try {
        const results = [await client.query(text, values)].flat();
        failed = false;
        return { rows: results.flatMap(({ rows }) => rows) };
      } finally {
        client.release(failed); // it may be inside an aborted transaction
      }
    },
    ping: async () => void (await sql`select 1`.execute(db)),
    async probeWrite() {
      await probeSpace(db);
      await probeWrite(db);
    },
    async close() {
      await db.destroy();
      await pool.end();
    },
  };
}

/**
 * Writes a row and removes it, and throws if that is not possible: a standby, a read-only role. The
 * row has a key of its own, so that no process waits for another one.
 */
export async function probeWrite(db: Kysely<Schema>): Promise<void> {
  const key = `readiness ${crypto.randomUUID()}`;
  await sql`
    with given as (insert into postern.rate_limits (key, points, expire) values (${key}, 0, 0))
    select 1`.execute(db);
  await sql`delete from postern.rate_limits where key = ${key}`.execute(db);
}

const TEMP_FILE_LIMIT_EXCEEDED = "53400";

/**
 * Throws if the disk of the database is full. A row alone would not show that, because it takes the
 * place of a deleted one. So a sort writes a temporary file of about a megabyte.
 */
async function probeSpace(db: Kysely<Schema>): Promise<void> {
  const writing = db.transaction().execute(async (trx) => {
    await sql`set local work_mem = '64kB'`.execute(trx);
    await sql`set local temp_tablespaces = ''`.execute(trx);
    await sql`
      select count(*) from (select n from generate_series(1, 50000) as n order by -n offset 0) as s
    `.execute(trx);
  });
  await writing.catch((error: unknown) => {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code !== TEMP_FILE_LIMIT_EXCEEDED) throw error; // a limit of the role
  });
}
