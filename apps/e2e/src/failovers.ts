import {
  type RedisNode,
  type RedisProgram,
  stall,
  startCluster,
  startSentinels,
} from "@postern/test-servers";
import { type ApiProcess, startApi } from "./api-process.ts";
import type { Load } from "./fault-matrix/load.ts";
import { fullStores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

export type Topology = "sentinel" | "cluster";

/** What one failover did to sessions that had been ended. */
interface Failover {
  /** 1 if the session that had been ended was accepted once more, else 0. */
  readonly revived: number;
  /** From the death of the primary until the ended session was answered with 200 or 403, in ms. */
  readonly healedAfterMs: number;
}

export interface FailoverService {
  readonly api: ApiProcess;
  /**
   * Ends a session by a log-out or a password reset that the replica misses, kills the primary, and
   * asks with the old cookie until the promoted replica answers.
   */
  failOverAfter(end: "log-out" | "reset"): Promise<Failover>;
  /**
   * Kills a primary under load on every route. Returns the ms from its death until the last request
   * that was not served (502 to 504, or no answer).
   */
  killPrimary(load: Load): Promise<number>;
  stop(): Promise<void>;
}

const PASSWORD = "MyPwdOfBob";
const HEALED_WITHIN_MS = 30_000;
/** Long, because Sentinels whose election failed wait before the next one. */
const FOLLOWED_WITHIN_MS = 90_000;
/**
 * When every request was served for so long, the service has healed. Longer than the pause of a
 * caller that was not served, and than any wait of a revocation.
 */
const QUIET_MS = 6_000;

/** Starts the service on a Redis that fails over. */
export async function startFailoverService(
  program: RedisProgram,
  topology: Topology,
  environment: Readonly<Record<string, string>> = {},
): Promise<FailoverService> {
  const stores = await fullStores();
  const { url, nodes, stop } = await startTopology(program, topology);
  const env = { ...stores.environment, REDIS_URL: url, BCRYPT_COST: "4", ...environment };
  const api = await startApi(env);

  async function failOverAfter(end: "log-out" | "reset"): Promise<Failover> {
    await untilAllFollow(nodes);
    const [bob, email] = [visitor(api.origin), anEmail()];
    await expectStatus(bob.register(email, PASSWORD), 200);
    await expectStatus(bob.logIn(email, PASSWORD), 200);
    const ended = visitor(api.origin, bob.cookie);
    const token = await bob.resetToken(email);
    const [row] = await stores.query<{ id: string }>(
      "select id from postern.users where email = $1",
      [email],
    );
    const { primary, replica } = await pairOf(nodes, row?.id ?? "");
    await stall(primary, replica);
    if (end === "log-out") await expectStatus(bob.logOut(), 302);
    else await expectStatus(bob.reset(email, token, "AnotherPwdOfBob"), 200);
    await primary.kill();
    replica.process.kill("SIGCONT");
    const result = await askUntilRefused(() => ended.profile()).catch(async (cause: unknown) => {
      const warnings = api.output.filter((line) => /"level":[45]0/.test(line));
      const roles = [await replicationOf(replica), ...warnings.slice(-12)].join("\n");
      throw new Error(`the failover has not healed:\n${roles}`, { cause });
    });
    nodes.splice(nodes.indexOf(primary), 1, await primary.restart());
    return result;
  }

  async function killPrimary({ seen }: Load): Promise<number> {
    await untilAllFollow(nodes);
    const described = await Promise.all(nodes.map(replicationOf));
    const primaries = nodes.filter((_, index) => described[index]?.includes("role:master"));
    const primary = primaries[Math.floor(Math.random() * primaries.length)];
    if (!primary) throw new Error("there is no primary");
    const killedAt = performance.now();
    await primary.kill();
    const lastUnserved = () => seen.refusedAt.at(-1) ?? 0;
    await until(
      async () => lastUnserved() > killedAt && performance.now() - lastUnserved() > QUIET_MS,
      FOLLOWED_WITHIN_MS,
    );
    const healedAfterMs = lastUnserved() - killedAt;
    nodes.splice(nodes.indexOf(primary), 1, await primary.restart());
    return healedAfterMs;
  }

  return {
    api,
    failOverAfter,
    killPrimary,
    async stop() {
      await api.end();
      await stop(nodes);
      await stores.close();
    },
  };
}

async function startTopology(program: RedisProgram, topology: Topology) {
  if (topology === "sentinel") {
    const { name, ports, primary, replica, stop } = await startSentinels(program);
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
    return { url: `redis+sentinel://${hosts}/${name}`, nodes: [primary, replica], stop };
  }
  const { primaries, replicas, stop } = await startCluster(program);
  const hosts = primaries.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return { url: `redis+cluster://${hosts}`, nodes: [...primaries, ...replicas], stop };
}

const replicationOf = async ({ admin }: RedisNode) => await admin.info("replication");

/** The primary that has this user's sessions, and its replica. */
async function pairOf(nodes: readonly RedisNode[], userId: string) {
  const described = await Promise.all(
    nodes.map(async (node) => ({
      node,
      info: await replicationOf(node),
      hasUser: (await node.admin.keys(`postern:{p*}:*:${userId}`)).length > 0,
    })),
  );
  const primary = described.find(({ info, hasUser }) => hasUser && info.includes("role:master"));
  const replica = described.find(
    ({ info }) => primary && info.includes(`master_port:${primary.node.port}\r`),
  );
  if (!primary || !replica) throw new Error("no primary with a replica has this user");
  return { primary: primary.node, replica: replica.node };
}

async function untilAllFollow(nodes: readonly RedisNode[]): Promise<void> {
  await until(async () => {
    const infos = await Promise.all(nodes.map(replicationOf));
    const isReplica = (info: string) => info.includes("role:slave");
    return (
      infos.filter(isReplica).length === nodes.length / 2 &&
      infos.filter(isReplica).every((info) => info.includes("master_link_status:up"))
    );
  }, FOLLOWED_WITHIN_MS);
}

async function askUntilRefused(ask: () => Promise<{ readonly status: number }>): Promise<Failover> {
  const startedMs = performance.now();
  let revived = 0;
  await until(async () => {
    const { status } = await ask();
    if (status === 200) revived += 1;
    return status === 403 || revived > 0;
  }, HEALED_WITHIN_MS);
  return { revived, healedAfterMs: Math.round(performance.now() - startedMs) };
}

async function until(isDone: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function expectStatus(answer: Promise<{ readonly status: number }>, status: number) {
  const given = await answer;
  if (given.status !== status) throw new Error(`${given.status} in place of ${status}`);
}
