import { Unavailable } from "@postern/domain";
import type { PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";
import { isConnectionFault, isReadOnlyFault, toUnavailable } from "./fault.ts";
import { serversOf } from "./servers.ts";
import { checkSettings, prepareSession } from "./session-settings.ts";

/** Time limit to connect: less than a second, because a request has 3 s until its 503. */
const CONNECT_TIMEOUT_MS = 1_000;
const IDLE_TIMEOUT_MS = 30_000;
/** Our own timeout is later than the server's. It applies if the server or the network is gone. */
const GRACE_MS = 200;

export interface PoolOptions {
  readonly url: string;
  /** Changes the text of every statement. */
  readonly rewrite: (text: string) => string;
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly statementTimeoutMs: number;
  /** Called with connections that break. */
  readonly onError: (error: Error) => void;
}

/**
 * A pool that translates faults into `Unavailable`. When one connection breaks, all older idle ones
 * are dropped too: a dead network or a new primary concerns them all, and each would cost another
 * caller a timeout.
 */
export function resilientPool(options: PoolOptions): PostgresPool {
  const { statementTimeoutMs } = options;
  const servers = serversOf(options.url);
  const pool = new pg.Pool({
    Client: class extends pg.Client {
      constructor(given: pg.ClientConfig = {}) {
        super({ ...given, ...servers.current() });
        generations.set(this, generation);
      }
    },
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + GRACE_MS }),
    // The pool waits for the promise, although its types do not say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: async (client) => {
      const { isPooled } = await prepareSession(client, { statementTimeoutMs });
      if (!isPooled) return;
      settingsCheck ??= checkSettings(queryOf(client));
      await settingsCheck.catch((error: unknown) => {
        settingsCheck = undefined; // the next connection asks again
        throw error;
      });
    },
  });
  /** One check is enough, because all sessions of a role begin with the same settings. */
  let settingsCheck: Promise<void> | undefined;
  let ended: Promise<void> | undefined;
  let generation = 0;
  const generations = new WeakMap<pg.ClientBase, number>();
  pool.on("connect", (client) => {
    // The pool listens for errors only while a client is idle. Without a listener, a client that
    // breaks in use would end the process. Its query is rejected all the same.
    client.on("error", (error) => {
      startOver();
      options.onError(error);
    });
  });
  pool.on("error", () => undefined); // reported by the client's own listener

  /** All connections, and the choice of the server, are older than this. */
  function startOver() {
    generation += 1;
    servers.forget();
  }

  async function checkOut(): Promise<pg.PoolClient> {
    for (;;) {
      if (pool.idleCount === 0) await servers.choose(); // else a connection is there already
      const client = await pool.connect();
      if (generations.get(client) === generation) return client;
      client.release(true);
    }
  }

  function withFaults(client: pg.PoolClient): PostgresPoolClient {
    let isBroken = false;
    const query = async (text: string, parameters?: unknown[]) => {
      try {
        return await client.query(options.rewrite(text), parameters);
      } catch (error) {
        if (isConnectionFault(error) || (servers.mustTakeWrites && isReadOnlyFault(error)))
          startOver();
        const fault = toUnavailable(error);
        isBroken ||= fault instanceof Unavailable;
        throw fault;
      }
    };
    return {
      // Kysely's streams would pass a cursor instead of text. Nothing here streams.
      query: query as unknown as PostgresPoolClient["query"],
      // A connection with an answer still under way must not serve the next caller.
      release: (destroy) => client.release(destroy === true || isBroken),
    };
  }

  return {
    options: pool.options,
    end: () => (ended ??= pool.end()), // Kysely ends it too, unless it was never used
    async connect() {
      try {
        return withFaults(await checkOut());
      } catch (error) {
        const isFull = pool.totalCount >= options.maxConnections;
        if (!isFull && isConnectionFault(error)) servers.forget();
        throw toUnavailable(error);
      }
    },
  };
}

const queryOf = (client: pg.ClientBase) => async (text: string) =>
  (await client.query<Record<string, unknown>>(text)).rows;
