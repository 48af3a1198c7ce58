import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { reachable, type RedisProgram } from "./redis.ts";
import { freePort, retry, type RunningServer, scratchFolder, spawnServer } from "./spawn-server.ts";

/** A server of Redis whose data outlives it, for tests that kill it. */
export interface RedisNode extends RunningServer {
  readonly folder: string;
  /** A connection for tests. It connects again by itself. */
  readonly admin: Redis;
  /** Starts it again on its port, with the data in its folder, and this time with more settings. */
  restart(more?: readonly string[]): Promise<RedisNode>;
}

/** Starts a server whose data is in `folder`. `args` are its settings. */
export async function startRedisNode(
  program: RedisProgram,
  args: readonly string[] = [],
  {
    port,
    folder = scratchFolder(undefined),
    once = [],
  }: { port?: number; folder?: string; once?: readonly string[] } = {},
): Promise<RedisNode> {
  const own = port ?? (await freePort());
  const settings = ["--port", String(own), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const server = await spawnServer(program.path, [...settings, ...args, ...once], {
    port: own,
    folder,
    env: program.libraries ? { LD_LIBRARY_PATH: program.libraries } : {},
    isRestart: port !== undefined,
    ready: () => reachable(own),
  });
  const admin = new Redis(own, "127.0.0.1", { retryStrategy: () => 100 });
  admin.on("error", () => undefined); // tests kill the server
  const close = (end: () => Promise<void>) => async () => {
    admin.disconnect();
    await end();
  };
  return {
    ...server,
    folder,
    admin,
    kill: close(server.kill),
    stop: close(server.stop),
    restart: (more = []) => startRedisNode(program, args, { port: own, folder, once: more }),
  };
}

/** Starts a replica, and waits until it has the data. */
export async function startReplica(program: RedisProgram, primary: RedisNode) {
  const replica = await startRedisNode(program, ["--replicaof", "127.0.0.1", String(primary.port)]);
  await retry(async () => {
    const info = await replica.admin.info("replication");
    if (!info.includes("master_link_status:up")) throw new Error("the replica has no data yet");
  });
  return replica;
}

/**
 * Freezes a replica so that it misses what follows. Without the end of its connection the missed
 * writes would wait in its socket.
 */
export async function stall(primary: RedisNode, replica: RedisNode): Promise<void> {
  replica.process.kill("SIGSTOP");
  await primary.admin.call("CLIENT", "KILL", "TYPE", "replica");
}

interface Sentinels {
  readonly name: string;
  readonly ports: readonly number[];
  readonly primary: RedisNode;
  readonly replica: RedisNode;
  /** Stops the sentinels and these servers, the ones that were started again among them. */
  stop(nodes: readonly RedisNode[]): Promise<void>;
}

/** Starts a primary, a replica and three sentinels that watch them. */
export async function startSentinels(program: RedisProgram): Promise<Sentinels> {
  const name = "postern";
  const primary = await startRedisNode(program);
  const replica = await startReplica(program, primary);
  const sentinels = await Promise.all(
    [1, 2, 3].map(async () => {
      const folder = scratchFolder(undefined);
      const port = await freePort();
      const config = join(folder, "sentinel.conf");
      writeFileSync(
        config,
        `port ${port}
bind 127.0.0.1
sentinel monitor ${name} 127.0.0.1 ${primary.port} 2
sentinel down-after-milliseconds ${name} 1000
sentinel failover-timeout ${name} 3000
`,
      );
      const env = program.libraries ? { LD_LIBRARY_PATH: program.libraries } : {};
      const args = [config, "--sentinel"];
      return await spawnServer(program.path, args, {
        port,
        folder,
        env,
        ready: () => reachable(port),
      });
    }),
  );
  const ports = sentinels.map(({ port }) => port);
  await Promise.all(ports.map((port) => untilAllAreKnown(port, name)));
  return {
    name,
    ports,
    primary,
    replica,
    async stop(nodes) {
      await Promise.all([...sentinels, ...nodes].map((server) => server.stop()));
    },
  };
}

/** Sentinels find each other and the replica by and by, and fail over only then. */
async function untilAllAreKnown(port: number, name: string): Promise<void> {
  const sentinel = new Redis(port, "127.0.0.1");
  try {
    await retry(async () => {
      const known = (await sentinel.call("SENTINEL", "MASTER", name)) as string[];
      const valueOf = (field: string) => known[known.indexOf(field) + 1];
      if (valueOf("num-other-sentinels") !== "2" || valueOf("num-slaves") !== "1")
        throw new Error("the sentinels do not know each other yet");
    });
  } finally {
    sentinel.disconnect();
  }
}

interface RedisCluster {
  readonly primaries: readonly RedisNode[];
  /** Each follows the primary with its index. */
  readonly replicas: readonly RedisNode[];
  stop(nodes: readonly RedisNode[]): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a cluster of three primaries with a replica each. */
export async function startCluster(program: RedisProgram): Promise<RedisCluster> {
  const args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  const nodes = await Promise.all([1, 2, 3, 4, 5, 6].map(() => startRedisNode(program, args)));
  const [primaries, replicas] = [nodes.slice(0, 3), nodes.slice(3)];
  const share = Math.ceil(SLOTS / primaries.length);
  for (const [index, { admin }] of primaries.entries()) {
    const last = Math.min(SLOTS, (index + 1) * share) - 1;
    await admin.cluster("ADDSLOTSRANGE", index * share, last);
    await admin.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
  }
  const [first] = nodes;
  for (const { admin } of nodes.slice(1))
    await admin.cluster("MEET", "127.0.0.1", first?.port ?? 0);
  for (const [index, { admin }] of replicas.entries()) {
    const id = String(await primaries[index]?.admin.cluster("MYID"));
    await retry(async () => void (await admin.cluster("REPLICATE", id)));
  }
  for (const { admin } of nodes)
    await retry(async () => {
      const [state, map] = [await admin.cluster("INFO"), String(await admin.cluster("NODES"))];
      const isWhole = state.includes("cluster_state:ok") && map.match(/\bslave\b/g)?.length === 3;
      if (!isWhole) throw new Error("the cluster is not whole yet");
    });
  for (const { admin } of replicas)
    await retry(async () => {
      const info = await admin.info("replication");
      if (!info.includes("master_link_status:up")) throw new Error("the replica has no data yet");
    });
  return {
    primaries,
    replicas,
    stop: async (all) => void (await Promise.all(all.map((node) => node.stop()))),
  };
}
