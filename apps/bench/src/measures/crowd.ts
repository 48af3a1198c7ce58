import { setTimeout as pause } from "node:timers/promises";
import { accountOf, logIn, register } from "../accounts.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { openLoop } from "../load/open-loop.ts";
import { ALL_CPUS } from "../machine.ts";
import { digits, type Effort, type Section } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { posternOfTheCourse, smallestFull, startSystem, type System } from "../system.ts";

const COST = 12;
const USERS = 16;
const LOG_INS = 32;
const PACED_PER_SECOND = 300;

/**
 * W3 beside other services: session checks while 32 log-ins at cost 12 are always running. No
 * process is bound to a CPU.
 */
export async function measureCrowd(
  stores: Stores,
  effort: Effort,
  peers: readonly System[],
): Promise<Section> {
  const rows: string[][] = [];
  const dear = peers.map((peer) => ({ ...peer, env: { ...peer.env, BCRYPT_COST: String(COST) } }));
  for (const system of [smallestFull(COST), ...dear, posternOfTheCourse(COST)])
    rows.push(await crowd(stores, system, effort.isQuick ? 3 : 6));
  return {
    title: "W3 beside others: 32 log-ins always under way",
    text:
      `As many callers as that log in again and again, without a pause where they are refused, while ${PACED_PER_SECOND} ` +
      "session checks a second are due, and then as many as there can be. Once each: the differences are larger than the noise.",
    table: {
      head: ["system", "calm p99 ms", "p50 ms", "p99 ms", "throughput kept", "log-ins a second"],
      rows,
    },
    findings: [],
  };
}

async function crowd(stores: Stores, system: System, seconds: number): Promise<string[]> {
  const database = await stores.freshDatabase(`crowd_${system.name}`);
  if (system.name === "Postern") migrate(database);
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: database };
  const running = await startSystem(system, env, ALL_CPUS);
  await register(running, USERS);
  const checks = (await logIn(running, USERS)).map(system.check);
  const logIns = Array.from({ length: USERS }, (_, n) => system.logIn?.(accountOf(n)));
  const { port } = running;
  const durationMs = seconds * 1000;
  const check = (n: number) => checks[n % checks.length] as Buffer;
  const saturating = () => closedLoop({ port, connections: 64, durationMs, request: check });
  const paced = () =>
    openLoop({ port, perSecond: PACED_PER_SECOND, durationMs, request: check, drainMs: 30_000 });
  const crowded = () =>
    closedLoop({
      port,
      connections: LOG_INS,
      durationMs,
      request: (n) => logIns[n % USERS] as Buffer,
    });
  await saturating();
  const [calm, calmThroughput] = [await paced(), await saturating()];
  const [busy, logged] = await Promise.all([paced(), crowded()]);
  await pause(1_000);
  const [busyThroughput] = await Promise.all([saturating(), crowded()]);
  await running.stop();
  const [none, stormy] = [calm.byStatus[200], busy.byStatus[200]];
  const useful = ((logged.statuses[200] ?? 0) / seconds).toFixed(1);
  return [
    system.name,
    digits(none?.p99 ?? Number.NaN),
    digits(stormy?.p50 ?? Number.NaN),
    digits(stormy?.p99 ?? Number.NaN),
    digits(busyThroughput.perSecond / calmThroughput.perSecond),
    useful,
  ];
}
