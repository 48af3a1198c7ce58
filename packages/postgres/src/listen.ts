import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

/** Receives signals: the channel, and its text. */
export type OnSignal = (channel: string, payload: string) => void;

export interface Listener {
  close(): Promise<void>;
}

interface ListenOptions {
  readonly url: string;
  readonly channels: readonly string[];
  /**
   * Called for each signal. Signals are hints: some are lost while the connection is down, so the
   * receiver also polls now and then. After each (re)connection every channel is called once.
   */
  readonly onSignal: OnSignal;
  readonly onError: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const AFTER_FAULT_MS = 500;
/** A query now and then detects a connection that has gone silent. */
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;

/** Listens on a connection of its own, and reconnects when it breaks. */
export function listenPostgres({ url, channels, onSignal, onError }: ListenOptions): Listener {
  const closing = new AbortController();
  const { signal } = closing;

  async function listenOnce(): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    const broken = new Promise<never>((_, reject) => {
      client.on("error", reject);
      client.on("end", () => reject(new Error("the listening connection ended")));
    });
    broken.catch(() => undefined);
    client.on("notification", ({ channel, payload = "" }) => onSignal(channel, payload));
    try {
      await client.connect();
      for (const channel of channels)
        await client.query(`listen ${client.escapeIdentifier(channel)}`);
      for (const channel of channels) onSignal(channel, ""); // signals may have been missed
      while (!signal.aborted) {
        await Promise.race([pause(ASK_EVERY_MS, undefined, { signal }), broken]);
        await client.query("select 1");
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
