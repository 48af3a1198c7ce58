import { execFile, execFileSync, spawn } from "node:child_process";
import { availableParallelism, constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { accountOf } from "../accounts.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { openLoop } from "../load/open-loop.ts";
import { ALL_CPUS, residentMb } from "../machine.ts";
import { sessionsAtCost } from "../postern-users.ts";
import { ratioOf } from "../rounds.ts";
import { digits, type Effort, type Section, single, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { postern, type RunningSystem, startSystem } from "../system.ts";

const USERS = 64;
const COST = 12;
/** The rate of session checks that people make, far below what the server could take. */
const PACED_PER_SECOND = 300;
const TIMES_CAPACITY = 10;

const BCRYPT = fileURLToPath(new URL("../limits/bcrypt.command.ts", import.meta.url));

/** Verifications per second that this machine can compute. */
export const pureHashing = (seconds: number): number =>
  Number(execFileSync(process.execPath, [BCRYPT, String(COST), String(seconds)]));

/** The same at the lowest priority, while this process goes on. */
export async function pureHashingBeside(seconds: number): Promise<number> {
  const hashing = promisify(execFile)(process.execPath, [BCRYPT, String(COST), String(seconds)]);
  if (hashing.child.pid) setPriority(hashing.child.pid, constants.priority.PRIORITY_LOW);
  return Number((await hashing).stdout);
}

/**
 * W3: session checks while ten times as many log-ins arrive as the CPUs can hash. No process is
 * bound to a CPU.
 */
export async function measureStorm(stores: Stores, effort: Effort): Promise<Section> {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("storm") };
  migrate(env.DATABASE_URL);
  const cookies = await sessionsAtCost(env, USERS, COST);
  const system = await startSystem(postern(), env, ALL_CPUS);
  const seconds = effort.isQuick ? 2 : 5;
  // Until it has settled.
  if (!effort.isQuick) await storm({ system, cookies, capacity: pureHashing(2), seconds: 2 });
  const rounds: Storm[] = [];
  for (let n = 0; n < (effort.isQuick ? 1 : effort.rounds); n += 1)
    rounds.push(await storm({ system, cookies, capacity: pureHashing(2), seconds }));
  await system.stop();
  const of = (read: (round: Storm) => number) => ratioOf(rounds.map(read));
  const most = (read: (round: Storm) => number) => single(Math.max(...rounds.map(read)));
  const [first, last] = [rounds[0], rounds.at(-1)];
  return {
    title: "W3: session checks in a storm of log-ins",
    text:
      `${TIMES_CAPACITY} times the log-ins at cost 12 that the CPUs can hash, in an open loop, on all CPUs, where the ` +
      `load and the stores are too. Paced: ${PACED_PER_SECOND} checks a second, each counted from when it was due. ` +
      "Saturating: 64 connections. Of log-ins those count that were answered with 200, until the last was. " +
      `The floor is what a saturating load of checks keeps beside bcrypt alone in other processes at the lowest ` +
      "priority: what this machine takes for a CPU that is only lent.",
    table: {
      head: ["", "calm", "storm"],
      rows: [
        [
          "paced checks, p50 ms",
          spread(of(({ calm }) => calm.p50)),
          spread(of(({ paced }) => paced.p50)),
        ],
        [
          "paced checks, p99 ms",
          spread(of(({ calm }) => calm.p99)),
          spread(of(({ paced }) => paced.p99)),
        ],
        [
          "saturating checks a second",
          spread(of(({ calmThroughput }) => calmThroughput)),
          spread(of(({ throughput }) => throughput)),
        ],
        ["saturating checks kept beside the floor", "", spread(of(({ floor }) => floor))],
        [
          "log-ins a second, paced checks",
          "",
          spread(of(({ usefulPerSecond }) => usefulPerSecond)),
        ],
        [
          "log-ins a second, saturating checks",
          "",
          spread(of(({ whileSaturated }) => whileSaturated)),
        ],
        ["log-ins refused", "", spread(of(({ refused }) => refused))],
        ["longest log-in ms", "", digits(most(({ longestLogIn }) => longestLogIn).median)],
        [
          "resident MB after the first and the last round",
          digits(first?.residentMb ?? 0),
          digits(last?.residentMb ?? 0),
        ],
        ["unanswered", "", digits(rounds.reduce((sum, { unanswered }) => sum + unanswered, 0))],
      ],
    },
    findings: [
      {
        id: "storm.latency",
        says: "p99 of paced checks in a storm × calm",
        target: { atMost: 2 },
        isBetterWhen: "lower",
        ratio: of(({ calm, paced }) => paced.p99 / calm.p99),
      },
      {
        id: "storm.useful",
        says: "log-ins in a storm, beside paced checks, × bcrypt alone",
        target: { atLeast: 0.9 * 0.95 },
        isBetterWhen: "higher",
        ratio: of(({ usefulPerSecond, capacity }) => usefulPerSecond / capacity),
      },
      {
        id: "storm.kept",
        says: "throughput of checks kept in a storm",
        target: { atLeast: 0.9 },
        isBetterWhen: "higher",
        ratio: of(({ calmThroughput, throughput }) => throughput / calmThroughput),
      },
      {
        id: "storm.trickle",
        says: "log-ins in a storm, while checks saturate, × bcrypt alone",
        isBetterWhen: "higher",
        ratio: of(({ whileSaturated, capacity }) => whileSaturated / capacity),
      },
      {
        id: "storm.refusal",
        says: "p99 ms of a refusal, which is slow to repeat",
        isBetterWhen: "lower",
        ratio: of(({ refusedP99 }) => refusedP99),
      },
    ],
  };
}

type Storm = Awaited<ReturnType<typeof storm>>;

async function storm(given: {
  system: RunningSystem;
  cookies: readonly string[];
  capacity: number;
  seconds: number;
}) {
  const { system, cookies, capacity, seconds } = given;
  const { port } = system;
  const durationMs = seconds * 1000;
  const checks = cookies.map(system.system.check);
  const check = (n: number) => checks[n % checks.length] as Buffer;
  const logIns = Array.from({ length: USERS }, (_, n) => system.system.logIn?.(accountOf(n)));
  const logIn = (n: number) => logIns[n % logIns.length] as Buffer;
  const paced = () => openLoop({ port, perSecond: PACED_PER_SECOND, durationMs, request: check });
  const saturating = () => closedLoop({ port, connections: 64, durationMs, request: check });
  const flood = () =>
    openLoop({ port, perSecond: capacity * TIMES_CAPACITY, durationMs, request: logIn });

  const calm = await paced();
  const [stormy, flooded] = await Promise.all([paced(), flood()]);
  await pause(1_000);
  const lent = lowestPriorityHashing(availableParallelism());
  await pause(300);
  const beside = await saturating();
  lent.end();
  await pause(300);
  const calmSaturated = await saturating();
  const [saturated, floodedToo] = await Promise.all([saturating(), flood()]);
  const resident = residentMb(system.pid);
  const nothing = { count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN };
  const answers = (result: Awaited<ReturnType<typeof flood>>, status: number) =>
    result.byStatus[status] ?? nothing;
  const usefulOf = (result: Awaited<ReturnType<typeof flood>>) =>
    (answers(result, 200).count / result.tookMs) * 1000;
  return {
    capacity,
    calm: calm.byStatus[200] ?? nothing,
    paced: stormy.byStatus[200] ?? nothing,
    usefulPerSecond: usefulOf(flooded),
    calmThroughput: calmSaturated.perSecond,
    floor: beside.perSecond / calmSaturated.perSecond,
    throughput: saturated.perSecond,
    whileSaturated: usefulOf(floodedToo),
    refused: answers(flooded, 503).count + answers(floodedToo, 503).count,
    refusedP99: Math.max(answers(flooded, 503).p99, answers(floodedToo, 503).p99),
    longestLogIn: Math.max(answers(flooded, 200).max, answers(floodedToo, 200).max),
    unanswered: [calm, stormy, flooded, floodedToo].reduce((sum, { sent, byStatus }) => {
      const expected = (byStatus[200]?.count ?? 0) + (byStatus[503]?.count ?? 0);
      return sum + sent - expected;
    }, 0),
    residentMb: resident,
  };
}

/** bcrypt in separate processes, which use only CPU that nothing else needs. */
function lowestPriorityHashing(count: number): { end(): void } {
  const children = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [BCRYPT, String(COST), "600"], { stdio: "ignore" });
    if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    return child;
  });
  return { end: () => void children.map((child) => child.kill("SIGKILL")) };
}
