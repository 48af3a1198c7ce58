import pg from "pg";
import { clientConfig } from "./client-config.ts";

/** The servers of a URL, of which one is in use. */
export interface Servers {
  /** Whether there is a choice at all. */
  readonly areChosen: boolean;
  /** The configuration of the server in use. */
  current(): pg.ClientConfig;
  /** Resolves when the server in use is known to fit. Throws if none does. */
  choose(): Promise<void>;
  /** Forgets the choice, after a fault: another server may be the primary now. */
  forget(): void;
}

const ANSWER_WITHIN_MS = 1_000;

/**
 * Reads a URL as libpq does, with one host or several (PostgreSQL documentation, section 34.1.1.3).
 * Of several, the first that takes writes is used, as with `target_session_attrs=read-write`.
 * `primary` asks for a server that is no standby.
 */
export function serversOf(url: string): Servers {
  const wanted = /[?&]target_session_attrs=([\w-]+)/.exec(url)?.[1];
  const configs = urlsOfHosts(url).map(clientConfig);
  let [current = {}] = configs;
  let choosing: Promise<void> | undefined;
  async function choose(): Promise<void> {
    const asked = await Promise.allSettled(configs.map((config) => requireFit(config, wanted)));
    const found = asked.findIndex(({ status }) => status === "fulfilled");
    const config = configs[found];
    if (!config) throw new Error("no server takes writes", { cause: firstReason(asked) });
    current = config;
  }
  const areChosen = configs.length > 1 || wanted !== undefined;
  return {
    areChosen,
    current: () => current,
    async choose() {
      if (!areChosen) return;
      choosing ??= choose();
      const chosen = choosing;
      await chosen.catch((error: unknown) => {
        if (choosing === chosen) choosing = undefined; // the next caller asks again
        throw error;
      });
    },
    forget() {
      choosing = undefined;
    },
  };
}

/** Throws if the server does not answer or does not fit. */
async function requireFit(config: pg.ClientConfig, wanted = "read-write"): Promise<void> {
  const client = new pg.Client({
    ...config,
    connectionTimeoutMillis: ANSWER_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
  });
  client.on("error", () => undefined); // the attempt below reports it
  try {
    await client.connect();
    const { rows } = await client.query<{ fits: boolean }>(
      wanted === "primary"
        ? "select not pg_catalog.pg_is_in_recovery() as fits"
        : "select pg_catalog.current_setting('transaction_read_only') = 'off' as fits",
    );
    if (rows[0]?.fits !== true) throw new Error("the server is read-only");
  } finally {
    client.end().catch(() => undefined); // not awaited: it may have gone silent
  }
}

const firstReason = (asked: readonly PromiseSettledResult<void>[]): unknown =>
  asked.find((one) => one.status === "rejected")?.reason;

/** Splits a URL that names several hosts into one URL for each. */
export function urlsOfHosts(url: string): readonly string[] {
  const [, start = "", authority = "", rest = ""] =
    /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (authority.includes(",")) return authority.split(",").map((host) => start + host + rest);
  const [path = "", query = ""] = rest.split("?", 2);
  const parameters = new URLSearchParams(query);
  const hosts = parameters.get("host")?.split(",") ?? [];
  const ports = parameters.get("port")?.split(",") ?? [];
  if (hosts.length < 2) return [url];
  return hosts.map((host, index) => {
    const port = ports[index] ?? ports[0];
    parameters.set("host", host);
    if (port !== undefined) parameters.set("port", port);
    return `${start}${authority}${path}?${parameters.toString()}`;
  });
}
