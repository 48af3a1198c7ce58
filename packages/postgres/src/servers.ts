import pg from "pg";
import { clientConfig } from "./client-config.ts";
import { isPermanentFault } from "./fault.ts";
import { urlsOfHosts, wantedServer } from "./hosts.ts";

/** The servers of a URL, of which one is in use. */
export interface Servers {
  /** Whether there is a choice at all. */
  readonly areChosen: boolean;
  /** Whether a server that takes no writes is the wrong one. */
  readonly mustTakeWrites: boolean;
  /** The configuration of the server in use. */
  current(): pg.ClientConfig;
  /** Resolves when the server in use is known to fit. Throws if none does. */
  choose(): Promise<void>;
  /** Forgets the choice, after a fault: another server may be the primary now. */
  forget(): void;
  /** Throws if the server of this connection does not fit any more, or does not answer. */
  requireFit(client: pg.ClientBase): Promise<void>;
}

const ANSWER_WITHIN_MS = 1_000;

class ReadOnlyServer extends Error {
  constructor() {
    super("the server is read-only");
  }
}

const TAKES_WRITES = "select pg_catalog.current_setting('transaction_read_only') = 'off' as fits";
const IS_PRIMARY = "select not pg_catalog.pg_is_in_recovery() as fits";

/**
 * Reads a URL as libpq does, with one host or several. Of several, the first that takes writes is
 * used, as with `target_session_attrs=read-write`. `primary` asks for a server that is no standby.
 */
export function serversOf(url: string): Servers {
  const wanted = wantedServer(url);
  const configs = urlsOfHosts(url).map(clientConfig);
  const areChosen = configs.length > 1 || wanted !== undefined;
  const question = !areChosen
    ? "select true as fits"
    : wanted === "primary"
      ? IS_PRIMARY
      : TAKES_WRITES;
  let [current = {}] = configs;
  let choosing: Promise<pg.ClientConfig> | undefined;

  async function requireFit(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{ fits: boolean }>(question);
    if (rows[0]?.fits !== true) throw new ReadOnlyServer();
  }

  async function ask(config: pg.ClientConfig): Promise<pg.ClientConfig> {
    const times = { connectionTimeoutMillis: ANSWER_WITHIN_MS, query_timeout: ANSWER_WITHIN_MS };
    const client = new pg.Client({ ...config, ...times });
    client.on("error", () => undefined); // the attempt below reports it
    try {
      await client.connect();
      await requireFit(client);
      return config;
    } finally {
      client.end().catch(() => undefined); // not awaited: it may have gone silent
    }
  }

  return {
    areChosen,
    mustTakeWrites: areChosen && wanted !== "primary",
    current: () => current,
    requireFit,
    async choose() {
      if (!areChosen) return;
      choosing ??= firstOf(configs.map(ask));
      const choice = choosing;
      try {
        const config = await choice;
        if (choosing === choice) current = config; // else a newer choice has begun meanwhile
      } catch (error) {
        if (choosing === choice) choosing = undefined; // the next caller asks again
        throw error;
      }
    },
    forget() {
      choosing = undefined;
    },
  };
}

/** Returns the first in the list that succeeds, without waiting for those behind it. */
async function firstOf<Value>(attempts: readonly Promise<Value>[]): Promise<Value> {
  const reasons: unknown[] = [];
  for (const attempt of attempts) attempt.catch(() => undefined); // some are not awaited
  for (const attempt of attempts) {
    try {
      return await attempt;
    } catch (error) {
      reasons.push(error);
    }
  }
  // That a standby is read-only explains nothing, if another server has something else to say.
  const cause = reasons.find((reason) => !(reason instanceof ReadOnlyServer)) ?? reasons[0];
  if (isPermanentFault(cause)) throw cause;
  throw new Error("no server takes writes", { cause });
}
