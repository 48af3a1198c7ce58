import { CPUS } from "../machine.ts";
import { posternSessions } from "../postern-users.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { type RunningSystem, severalPosterns, startSystem } from "../system.ts";
import { checksOf } from "./checks.ts";

const SESSIONS = 1_000;
const TITLE = "Two API processes behind one port";
/** Two for the processes, and two for the load and the stores. */
const CPUS_NEEDED = 4;
const TWO_CPUS = "0-1";
const NAMES = ["one process", "two processes"];

/** W1 on two processes and on one. With too few CPUs the report says so. */
export async function measureProcesses(stores: Stores, effort: Effort): Promise<Section> {
  if (CPUS < CPUS_NEEDED)
    return {
      title: TITLE,
      text: `Not measured: it takes ${CPUS_NEEDED} CPUs, and there are ${CPUS}.`,
      findings: [],
    };
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("processes") };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, SESSIONS);
  const running = new Map<string, { system: RunningSystem; requests: Buffer[] }>();
  for (const [n, name] of NAMES.entries()) {
    const several = severalPosterns(n + 1);
    const system = await startSystem(several, env, TWO_CPUS);
    running.set(name, { system, requests: cookies.map(several.check) });
  }
  for (const name of NAMES) await checksOf(running.get(name), effort.warmUpSeconds);
  const { rounds } = await interleaved(
    { rounds: effort.rounds, names: NAMES, reference: "one process" },
    (name) => checksOf(running.get(name), effort.seconds),
    ({ perSecond }) => perSecond,
  );
  for (const { system } of running.values()) await system.stop();
  const ratio = ratiosOf(rounds, "two processes", "one process", ({ perSecond }) => perSecond);
  return {
    title: TITLE,
    text: "W1, both in Node's cluster on the same two CPUs; load and stores have the others.",
    table: {
      head: ["", "requests/s"],
      rows: NAMES.map((name) => [
        name,
        digits(median(rounds.map((round) => round.get(name)?.perSecond ?? Number.NaN))),
      ]).concat([["two × one", spread(ratio)]]),
    },
    findings: [
      {
        id: "processes",
        says: "checks of two processes × of one",
        target: { atLeast: 1.8 },
        isBetterWhen: "higher",
        ratio,
      },
    ],
  };
}
