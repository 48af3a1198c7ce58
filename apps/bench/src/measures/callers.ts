import { setTimeout as pause } from "node:timers/promises";
import { accountOf } from "../accounts.ts";
import { callers, type CallersOptions } from "../load/callers.ts";
import { openLoop } from "../load/open-loop.ts";
import { ALL_CPUS, residentMb } from "../machine.ts";
import { sessionsAtCost } from "../postern-users.ts";
import { ratioOf } from "../rounds.ts";
import { digits, type Effort, type Section } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { postern, type RunningSystem, startSystem } from "../system.ts";
import { pureHashing, pureHashingBeside } from "./storm.ts";

const USERS = 64;
const COST = 12;
const PACED_PER_SECOND = 300;
/** Until all callers are connected and have been refused once. */
const SETTLES_MS = 10_000;
const COUNTS = [32, 320, 3_200];

/**
 * W3 with callers that do not heed `Retry-After`: each repeats its log-in as soon as it is
 * answered. No process is bound to a CPU.
 */
export async function measureCallers(stores: Stores, effort: Effort): Promise<Section> {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("callers") };
  migrate(env.DATABASE_URL);
  const cookies = await sessionsAtCost(env, USERS, COST);
  const seconds = effort.isQuick ? 5 : 15;
  const rounds: Round[] = [];
  for (const networks of ["one", "many"] as const)
    for (const count of effort.isQuick ? COUNTS.slice(0, 2) : COUNTS) {
      const system = await startSystem(postern(), env, ALL_CPUS);
      rounds.push(await round({ system, cookies, count, networks, seconds }));
      await system.stop();
    }
  return {
    title: "W3: callers that ignore refusals",
    text:
      `As many callers as that repeat log-ins at cost ${COST} as soon as they are answered, from one network or each from its own, ` +
      `while ${PACED_PER_SECOND} session checks a second are due. Before each row bcrypt is measured in a process of its own: beside the same checks at the lowest priority, and alone.`,
    table: {
      head: [
        "callers",
        "calm p99 ms",
        "p99 ms",
        "×",
        "log-ins × bcrypt",
        "log-ins × bcrypt alone",
        "refused a second",
        "p99 ms of refusals",
        "resident MB",
      ],
      rows: rounds.map((one) => [
        `${one.count} from ${one.networks}`,
        digits(one.calmP99),
        digits(one.busyP99),
        digits(one.busyP99 / one.calmP99),
        digits(one.useful / one.capacity),
        digits(one.useful / one.alone),
        digits(one.refused),
        digits(one.refusedP99),
        digits(one.residentMb),
      ]),
    },
    findings: [
      {
        id: "callers.latency",
        says: "p99 of paced checks beside callers that ignore refusals × calm",
        target: { atMost: 2 },
        isBetterWhen: "lower",
        ratio: ratioOf(rounds.map(({ calmP99, busyP99 }) => busyP99 / calmP99)),
      },
      {
        id: "callers.useful",
        says: "log-ins of callers that ignore refusals × bcrypt beside the same checks",
        target: { atLeast: 0.85 },
        isBetterWhen: "higher",
        ratio: ratioOf(rounds.map(({ useful, capacity }) => useful / capacity)),
      },
    ],
  };
}

type Round = Awaited<ReturnType<typeof round>>;

async function round(given: {
  readonly system: RunningSystem;
  readonly cookies: readonly string[];
  readonly count: number;
  readonly networks: CallersOptions["networks"];
  readonly seconds: number;
}) {
  const { system, cookies, count, networks, seconds } = given;
  const { port } = system;
  const durationMs = seconds * 1000;
  const checks = cookies.map(system.system.check);
  const check = (n: number) => checks[n % checks.length] as Buffer;
  const paced = () => openLoop({ port, perSecond: PACED_PER_SECOND, durationMs, request: check });
  const requests = Array.from({ length: USERS }, (_, n) => system.system.logIn?.(accountOf(n)));
  await paced(); // until V8 has compiled the hot code
  const calm = await paced();
  const alone = pureHashing(3);
  const [, capacity] = await Promise.all([paced(), pureHashingBeside(seconds)]);
  const load = { port, callers: count, networks, requests: requests.filter((one) => !!one) };
  const calling = callers({ ...load, settlesMs: SETTLES_MS, durationMs });
  await pause(SETTLES_MS);
  const [busy, called] = await Promise.all([paced(), calling]);
  const perSecond = (status: number) => (called.byStatus[status]?.count ?? 0) / seconds;
  return {
    count,
    networks,
    alone,
    capacity,
    calmP99: calm.byStatus[200]?.p99 ?? Number.NaN,
    busyP99: busy.byStatus[200]?.p99 ?? Number.NaN,
    useful: perSecond(200),
    refused: perSecond(429) + perSecond(503),
    refusedP99: Math.max(called.byStatus[429]?.p99 ?? 0, called.byStatus[503]?.p99 ?? 0),
    residentMb: residentMb(system.pid),
  };
}
