import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import {
  findProgram,
  freePort,
  type RunningServer,
  scratchFolder,
  spawnServer,
} from "./spawn-server.ts";

const existing = (name: string) => findProgram(name, ["/usr/sbin", "/usr/local/sbin"], "-v");

/** Returns the command of an nginx on this machine, in Debian's package `nginx-light`. */
export const nginxProgram = (): string | undefined => existing("nginx");

/** Returns the command of a HAProxy on this machine, in Debian's package `haproxy`. */
export const haproxyProgram = (): string | undefined => existing("haproxy");

async function accepts(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
}

/** Starts a private nginx with this configuration of its `http` part, which listens at `port`. */
export async function startNginx(
  program: string,
  http: (port: number) => string,
): Promise<RunningServer> {
  const [port, folder] = [await freePort(), scratchFolder(undefined)];
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  for (const name of temporary) mkdirSync(join(folder, name));
  const config = `daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
      ${http(port)}
    }`;
  const file = join(folder, "nginx.conf");
  writeFileSync(file, config);
  const args = ["-c", file, "-p", folder, "-e", "stderr"];
  return await spawnServer(program, args, { port, folder, ready: () => accepts(port) });
}

/** Starts a private HAProxy with this configuration, which listens at `port`. */
export async function startHaproxy(
  program: string,
  config: (port: number) => string,
): Promise<RunningServer> {
  const [port, folder] = [await freePort(), scratchFolder(undefined)];
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, config(port));
  return await spawnServer(program, ["-db", "-f", file], {
    port,
    folder,
    ready: () => accepts(port),
  });
}
