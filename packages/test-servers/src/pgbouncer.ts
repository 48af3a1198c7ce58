import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reachable } from "./postgres.ts";
import {
  findProgram,
  freePort,
  type RunningServer,
  scratchFolder,
  spawnServer,
  unprivileged,
} from "./spawn-server.ts";

/** Returns the command of a PgBouncer on this machine, in Debian's package `pgbouncer`. */
export const pgBouncerProgram = (): string | undefined =>
  findProgram("pgbouncer", ["/usr/sbin", "/usr/local/sbin"]);

/** Starts a private PgBouncer in transaction mode in front of the server of `serverUrl`. */
export async function startPgBouncer(program: string, serverUrl: string): Promise<RunningServer> {
  const { hostname, port: serverPort } = new URL(serverUrl);
  const owner = unprivileged();
  const [port, folder] = [await freePort(), scratchFolder(owner)];
  const file = join(folder, "pgbouncer.ini");
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "any",
    pool_mode: "transaction",
    max_client_conn: 500,
    default_pool_size: 5,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const database = `* = host=${hostname} port=${serverPort} user=postgres`;
  writeFileSync(file, ["[databases]", database, "[pgbouncer]", ...lines, ""].join("\n"));
  if (owner) chownSync(file, owner.uid, owner.gid);
  const ready = () => reachable(`postgres://postgres@127.0.0.1:${port}/postgres`);
  return await spawnServer(program, [file], { port, folder, owner, ready });
}
