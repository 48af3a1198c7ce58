import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hash } from "@node-rs/bcrypt";
import { accountOf, PASSWORD } from "../accounts.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { openLoop } from "../load/open-loop.ts";
import { ALL_CPUS, residentMb } from "../machine.ts";
import { median, ratioOf } from "../rounds.ts";
import { migrate, type Stores, withPostgres } from "../stores.ts";
import { postern, type RunningSystem, startSystem } from "../system.ts";
import { posternSessions } from "./checks.ts";

const USERS = 64;
const COST = 12;
/** Session checks that people make, as against what the server could take. */
const PACED_PER_SECOND = 300;
const TIMES_CAPACITY = 10;

const BCRYPT = fileURLToPath(new URL("../limits/bcrypt.command.ts", import.meta.url));

/** Verifications a second that this machine can compute. */
export const pureHashing = (seconds: number): number =>
  Number(execFileSync(process.execPath, [BCRYPT, String(COST), String(seconds)]));

/** W3: session checks while ten times the log-ins arrive that the CPUs can hash. Nothing is pinned. */
export async function measureStorm(
  stores: Stores,
  options: { rounds: number; seconds: number; env?: Readonly<Record<string, string>> },
) {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("storm") };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, USERS);
  const dear = await hash(PASSWORD, COST);
  await withPostgres(env.DATABASE_URL, (client) =>
    client.query("update users set password_hash = $1", [dear]),
  );
  const system = await startSystem(postern(options.env), env, ALL_CPUS);
  await storm({ system, cookies, capacity: pureHashing(2), seconds: 2 }); // until it has settled
  const rounds: Awaited<ReturnType<typeof storm>>[] = [];
  for (let n = 0; n < options.rounds; n += 1) {
    const capacity = pureHashing(options.seconds);
    rounds.push(await storm({ system, cookies, capacity, seconds: options.seconds }));
  }
  const after = residentMb(system.pid);
  await system.stop();
  const of = (read: (round: (typeof rounds)[number]) => number) => ratioOf(rounds.map(read));
  return {
    calmP50: median(rounds.map(({ calm }) => calm.p50)),
    calmP99: median(rounds.map(({ calm }) => calm.p99)),
    stormP50: median(rounds.map(({ paced }) => paced.p50)),
    stormP99: median(rounds.map(({ paced }) => paced.p99)),
    latency: of(({ calm, paced }) => paced.p99 / calm.p99),
    useful: of(({ usefulPerSecond, capacity }) => usefulPerSecond / capacity),
    kept: of(({ calmThroughput, throughput }) => throughput / calmThroughput),
    usefulWhileSaturated: of(
      ({ usefulWhileSaturated, capacity }) => usefulWhileSaturated / capacity,
    ),
    refusedP99: Math.max(...rounds.map(({ refusedP99 }) => refusedP99)),
    longestLogIn: Math.max(...rounds.map(({ longestLogIn }) => longestLogIn)),
    longestWhileSaturated: Math.max(
      ...rounds.map(({ longestWhileSaturated }) => longestWhileSaturated),
    ),
    unanswered: rounds.reduce((sum, { unanswered }) => sum + unanswered, 0),
    residentMb: [rounds[0]?.residentMb ?? Number.NaN, after],
  };
}

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
    throughput: saturated.perSecond,
    usefulWhileSaturated: usefulOf(floodedToo),
    refusedP99: Math.max(answers(flooded, 503).p99, answers(floodedToo, 503).p99),
    longestLogIn: answers(flooded, 200).max,
    longestWhileSaturated: answers(floodedToo, 200).max,
    unanswered: [calm, stormy, flooded, floodedToo].reduce((sum, { sent, byStatus }) => {
      const expected = (byStatus[200]?.count ?? 0) + (byStatus[503]?.count ?? 0);
      return sum + sent - expected;
    }, 0),
    residentMb: resident,
  };
}
