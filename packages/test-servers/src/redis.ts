import { join } from "node:path";
import { Redis } from "ioredis";
import { startContainer } from "./container.ts";
import type { Certificates } from "./certificates.ts";
import { debianRedis } from "./debian-redis.ts";
import type { TestServer } from "./postgres.ts";
import {
  findProgram,
  freePort,
  scratchFolder,
  spawnServer,
  type RunningServer,
} from "./spawn-server.ts";

/** Uses the environment's server, a binary on this machine, Debian's package, or a container. */
export async function findRedis(): Promise<TestServer | undefined> {
  const given = process.env["TEST_REDIS_URL"];
  if (given) return { url: given, foundAs: "TEST_REDIS_URL", stop: async () => undefined };
  const program = redisProgram();
  if (program) {
    const server = await startRedis(program);
    const url = `redis://127.0.0.1:${server.port}`;
    return { url, foundAs: program.foundAs, stop: server.stop };
  }
  const container = await startContainer("redis:8-alpine", 6379, reachable);
  if (!container) return undefined;
  return {
    url: `redis://127.0.0.1:${container.port}`,
    foundAs: "a container",
    stop: container.stop,
  };
}

export interface RedisProgram {
  readonly path: string;
  readonly libraries: string | undefined;
  readonly foundAs: string;
}

/** Returns the command of a redis-server that can be started here, without starting it. */
export function redisProgram(): RedisProgram | undefined {
  const path = findProgram("redis-server");
  if (path) return { path, libraries: undefined, foundAs: "a binary on this machine" };
  const debian = debianRedis();
  return debian && { ...debian, foundAs: "Debian's package in .cache" };
}

/** Starts a private server that stores nothing on disk. With certificates it has a TLS port too. */
export async function startRedis(
  { path, libraries }: RedisProgram,
  certificates?: Certificates,
): Promise<RunningServer & { readonly tlsPort: number | undefined; readonly socketPath: string }> {
  const [port, folder] = [await freePort(), scratchFolder(undefined)];
  const socketPath = join(folder, "redis.sock");
  const tlsPort = certificates && (await freePort());
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  args.push("--unixsocket", socketPath);
  if (certificates) {
    const { ca, cert, key } = certificates;
    args.push("--tls-port", String(tlsPort), "--tls-ca-cert-file", ca, "--tls-auth-clients", "no");
    args.push("--tls-cert-file", cert, "--tls-key-file", key);
  }
  const env = libraries ? { LD_LIBRARY_PATH: libraries } : {};
  const server = await spawnServer(path, args, {
    port,
    folder,
    env,
    ready: () => reachable(port),
  });
  return { ...server, tlsPort, socketPath };
}

export async function reachable(port: number): Promise<void> {
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => undefined); // connect() below reports it
  await client.connect();
  await client.ping();
  client.disconnect();
}
