import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { DEFAULT_SCHEMA, inSchema } from "./in-schema.ts";
import { serversOf } from "./servers.ts";
import { prepareSession } from "./session-settings.ts";

/** Receives signals: the channel, and its text. */
export type OnSignal = (channel: string, payload: string) => void;

export interface Listener {
  close(): Promise<void>;
}

interface ListenOptions {
  readonly url: string;
  /** Default: `postern`. */
  readonly schema?: string | undefined;
  /** As our SQL names them, with the default schema. */
  readonly channels: readonly string[];
  /**
   * Called for each signal. Signals are hints: some are lost while the connection is down, so the
   * receiver also polls now and then. After each (re)connection every channel is called once.
   */
  readonly onSignal: OnSignal;
  readonly onError: (error: Error) => void;
}

class PooledConnection extends Error {
  constructor() {
    super("events are polled: a pooler is in between; set DATABASE_LISTEN_URL to avoid it");
  }
}

const CONNECT_TIMEOUT_MS = 2_000;
const AFTER_FAULT_MS = 500;
/** A query now and then detects a connection that has gone silent. */
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;

/**
 * Listens on a connection of its own, and reconnects when it breaks. A pooler delivers no signals:
 * behind one it reports that and gives up, and the receiver only polls.
 */
export function listenPostgres(options: ListenOptions): Listener {
  const { url, schema = DEFAULT_SCHEMA, channels, onSignal, onError } = options;
  const nameOf = inSchema(schema);
  const channelOf = new Map(channels.map((channel) => [nameOf(channel), channel]));
  const servers = serversOf(url);
  const closing = new AbortController();
  const { signal } = closing;

  async function listenOnce(): Promise<void> {
    servers.forget();
    await servers.choose();
    const client = new pg.Client({
      ...servers.current(),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    const broken = new Promise<never>((_, reject) => {
      client.on("error", reject);
      client.on("end", () => reject(new Error("the listening connection ended")));
    });
    broken.catch(() => undefined);
    client.on("notification", ({ channel, payload = "" }) => {
      const known = channelOf.get(channel);
      if (known !== undefined) onSignal(known, payload);
    });
    try {
      await client.connect();
      const { isPooled } = await prepareSession(client, { statementTimeoutMs: ANSWER_WITHIN_MS });
      if (isPooled) throw new PooledConnection();
      for (const name of channelOf.keys())
        await client.query(`listen ${client.escapeIdentifier(name)}`);
      for (const channel of channels) onSignal(channel, ""); // signals may have been missed
      while (!signal.aborted) {
        await Promise.race([pause(ASK_EVERY_MS, undefined, { signal }), broken]);
        await servers.requireFit(client);
      }
    } finally {
      // Not awaited: a connection that has gone silent does not close either.
      client.end().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await listenOnce();
      } catch (error) {
        if (signal.aborted) return;
        onError(error instanceof Error ? error : new Error(String(error)));
        if (error instanceof PooledConnection) return;
        await pause(AFTER_FAULT_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
