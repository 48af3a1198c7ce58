import { type Runtime, runtimeCommand } from "@postern/test-servers";
import { requestBytes } from "../load/connection.ts";
import { SERVER_CPU } from "../machine.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { posternSessions } from "../postern-users.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { postern, startSystem, type System } from "../system.ts";
import { checksOf } from "./checks.ts";

const SESSIONS = 1_000;
const RUNTIMES: readonly Runtime[] = ["node", "bun", "deno"];
const CONSTANT = "a constant answer";
const CHECK = "a session check";

/** A session check on each runtime, beside a constant answer of the same app there. */
export async function measureRuntimes(stores: Stores, effort: Effort): Promise<Section> {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("runtimes") };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, SESSIONS);
  const running = new Map<string, Parameters<typeof checksOf>[0]>();
  for (const runtime of RUNTIMES) {
    const system: System = { ...postern(), runtime: runtimeCommand(runtime) };
    const started = await startSystem(system, env, SERVER_CPU);
    const constant = requestBytes("GET", "/health/live", {});
    running.set(`${runtime}, ${CONSTANT}`, { system: started, requests: [constant] });
    running.set(`${runtime}, ${CHECK}`, { system: started, requests: cookies.map(system.check) });
  }
  const names = [...running.keys()];
  for (const name of names) await checksOf(running.get(name), effort.warmUpSeconds);
  const reference = `node, ${CHECK}`;
  const { rounds } = await interleaved(
    { rounds: effort.rounds, names, reference },
    (name) => checksOf(running.get(name), effort.isQuick ? 1 : 2),
    ({ perSecond }) => perSecond,
  );
  for (const runtime of RUNTIMES) await running.get(`${runtime}, ${CHECK}`)?.system.stop();
  const rateRatios = (name: string, than: string) =>
    ratiosOf(rounds, name, than, (one) => one.perSecond);
  const cpuOf = (name: string) =>
    median(rounds.map((round) => round.get(name)?.cpuMicroseconds ?? Number.NaN));
  return {
    title: "Runtimes",
    text: "The same API on one CPU, as shipped, served by each runtime's own server.",
    table: {
      head: [
        "",
        "requests/s, Node = 1",
        "CPU µs a request",
        "requests/s, constant answer there = 1",
      ],
      rows: RUNTIMES.flatMap((runtime) =>
        [CONSTANT, CHECK].map((kind) => [
          `${runtime}, ${kind}`,
          spread(rateRatios(`${runtime}, ${kind}`, `node, ${kind}`)),
          digits(cpuOf(`${runtime}, ${kind}`)),
          spread(rateRatios(`${runtime}, ${kind}`, `${runtime}, ${CONSTANT}`)),
        ]),
      ),
    },
    findings: RUNTIMES.slice(1).map((runtime) => ({
      id: `runtimes.${runtime}`,
      says: `checks on ${runtime} × checks on node`,
      isBetterWhen: "higher",
      ratio: rateRatios(`${runtime}, ${CHECK}`, reference),
    })),
  };
}
