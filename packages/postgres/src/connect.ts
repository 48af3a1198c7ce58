import { Unavailable } from "@postern/domain";
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from "kysely";
import pg from "pg";
import { toFault } from "./fault.ts";
import type { Schema } from "./schema.ts";

export interface PostgresConnection {
  readonly db: Kysely<Schema>;
  /** Resolves if the database answers within its time limits. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Together less than the 3 s within which a write must have its 503. */
const CONNECT_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 1_500;
const IDLE_TIMEOUT_MS = 30_000;

export interface PostgresOptions {
  readonly url: string;
  /** Connections at the most. */
  readonly maxConnections?: number;
  /** Told of connections that break while nobody uses them. */
  readonly onError?: (error: Error) => void;
  /** Told of every statement; for counting in tests. */
  readonly onStatement?: (statement: string) => void;
}

/** A pool whose faults arrive as `Unavailable`. It connects when first used, and heals by itself. */
export function connectPostgres(options: PostgresOptions): PostgresConnection {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Both ends watch the time: the server's timeout frees its locks, ours works when it is gone.
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 200,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on("error", (error) => options.onError?.(error));
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: watchful(pool) }),
    log: (event) => options.onStatement?.(event.query.sql),
  });
  return {
    db,
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => db.destroy(),
  };
}

/** The pool, naming faults by what they mean to a caller, and dropping connections they befell. */
function watchful(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw toFault(error);
      });
      return watchfulClient(client);
    },
  };
}

function watchfulClient(client: PostgresPoolClient): PostgresPoolClient {
  let isBroken = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query<never>(text, parameters);
    } catch (error) {
      const fault = toFault(error);
      if (fault instanceof Unavailable) isBroken = true;
      throw fault;
    }
  };
  return {
    // Kysely's streams would pass a cursor instead of a text; nothing here streams.
    query: query as unknown as PostgresPoolClient["query"],
    // A connection whose answer is still under way must not serve the next caller.
    release: (destroy) => client.release(destroy === true || isBroken),
  };
}
