import { accountOf } from "../accounts.ts";
import { NOT_SERVED, type Served, served } from "../load/served.ts";
import { SERVER_CPU } from "../machine.ts";
import { interleaved, median, ratioOf, type Round } from "../rounds.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { posternOfTheCourse, type RunningSystem, startSystem } from "../system.ts";
import { fill, plans } from "./many-users.ts";

const WORKLOADS = ["checks", "log-ins", "registrations"] as const;

/**
 * Measures whether a request costs more with more users. Each size has its own database and Redis.
 */
export async function measureGrowth(stores: Stores, effort: Effort): Promise<Section> {
  const sizes = effort.isQuick ? [1_000, 10_000] : [1_000, 100_000, 1_000_000];
  const running = new Map<number, { system: RunningSystem; cookies: string[] }>();
  let plan = "";
  for (const [index, size] of sizes.entries()) {
    const env = {
      DATABASE_URL: await stores.freshDatabase(`growth_${size}`),
      REDIS_URL: `${stores.redisUrl}/${index + 1}`,
    };
    migrate(env.DATABASE_URL);
    const system = await startSystem(posternOfTheCourse(4), env, SERVER_CPU);
    const cookies = await fill(env.DATABASE_URL, env.REDIS_URL, size);
    plan = await plans(env.DATABASE_URL);
    running.set(size, { system, cookies });
  }
  let fresh = Math.max(...sizes);
  const measure = async (name: string): Promise<Served> => {
    const [workload = "", size = ""] = name.split(" of ");
    const one = running.get(Number(size));
    if (!one) throw new Error(`there is no ${name}`);
    const { system, cookies } = one;
    const { check, logIn, register } = system.system;
    const checks = cookies.map(check);
    const requests: Record<string, (n: number) => Buffer | undefined> = {
      checks: (n) => checks[n % checks.length],
      "log-ins": (n) => logIn?.(accountOf((n * 7_919) % Number(size))),
      registrations: () => register?.(accountOf((fresh += 1))),
    };
    return await served(system, {
      connections: workload === "checks" ? 64 : 16,
      seconds: effort.seconds,
      request: (n) => requests[workload]?.(n),
    });
  };
  const names = WORKLOADS.flatMap((workload) => sizes.map((size) => `${workload} of ${size}`));
  for (const name of names) await measure(name);
  const [smallest = 0, largest = 0] = [sizes[0], sizes.at(-1)];
  const { rounds } = await interleaved(
    { rounds: effort.rounds, names, reference: `checks of ${smallest}` },
    measure,
    ({ perSecond }) => perSecond,
  );
  for (const { system } of running.values()) await system.stop();
  return {
    title: "Growth",
    text:
      "Users with a session each and an event each, cost 4, one CPU; checks of 10,000 sessions in turn, spread over " +
      `all. How Postgres finds users and revocations among ${digits(largest)}:\n\n\`\`\`\n${plan}\n\`\`\``,
    table: {
      head: ["", ...sizes.map((size) => `${digits(size)} users`)],
      rows: WORKLOADS.flatMap((workload) => [
        [
          `${workload} a second`,
          ...sizes.map((size) =>
            digits(over(rounds, `${workload} of ${size}`, (cost) => cost.perSecond)),
          ),
        ],
        [
          `server CPU µs`,
          ...sizes.map((size) =>
            digits(over(rounds, `${workload} of ${size}`, (cost) => cost.cpuMicroseconds)),
          ),
        ],
        [
          `time each × the fewest`,
          ...sizes.map((size) => spread(dearer(rounds, workload, [smallest, size]))),
        ],
      ]),
    },
    findings: WORKLOADS.map((workload) => ({
      id: `growth.${workload}`,
      says: `time of one of ${workload} at ${digits(largest)} users × at ${digits(smallest)}`,
      target: { atMost: 1.1 },
      isBetterWhen: "lower" as const,
      ratio: dearer(rounds, workload, [smallest, largest]),
    })),
  };
}

const over = (rounds: readonly Round<Served>[], name: string, read: (cost: Served) => number) =>
  median(rounds.map((round) => read(round.get(name) ?? NOT_SERVED)));

const dearer = (
  rounds: readonly Round<Served>[],
  workload: string,
  [few, many]: [number, number],
) =>
  ratioOf(
    rounds.map((round) => {
      const rate = (size: number) => round.get(`${workload} of ${size}`)?.perSecond ?? Number.NaN;
      return rate(few) / rate(many);
    }),
  );
