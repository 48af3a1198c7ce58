import { accountOf } from "../accounts.ts";
import { served } from "../load/served.ts";
import { SERVER_CPU } from "../machine.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import {
  posternOfTheCourse,
  type RunningSystem,
  smallestFull,
  startSystem,
  type System,
} from "../system.ts";

const CONNECTIONS = 16;

/** W4: registrations at cost 4, so that the commit counts and not the hash. */
export async function measureRegistrations(
  stores: Stores,
  effort: Effort,
  peers: readonly System[],
): Promise<Section> {
  const running = new Map<string, RunningSystem>();
  for (const system of [smallestFull(4), ...peers, posternOfTheCourse(4)]) {
    const database = await stores.freshDatabase(`registration_${system.name.toLowerCase()}`);
    if (system.name === "Postern") migrate(database);
    const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: database };
    running.set(system.name, await startSystem(system, env, SERVER_CPU));
  }
  let fresh = 0;
  const measure = async (name: string, seconds = effort.seconds) => {
    const system = running.get(name);
    if (!system) throw new Error(`${name} does not run`);
    const request = () => system.system.register?.(accountOf((fresh += 1)));
    return (await served(system, { connections: CONNECTIONS, seconds, request })).perSecond;
  };
  const names = [...running.keys()];
  for (const name of names) await measure(name, effort.warmUpSeconds);
  const { rounds, disturbed } = await interleaved(
    { rounds: effort.rounds, names, reference: "LF" },
    measure,
    (perSecond) => perSecond,
  );
  for (const system of running.values()) await system.stop();
  const ratio = (name: string) => ratiosOf(rounds, name, "LF", (perSecond) => perSecond);
  return {
    title: "W4: registrations at cost 4",
    text:
      `${CONNECTIONS} connections, the server alone on its CPU. LF inserts one row; Postern commits user, event ` +
      `and outbox in one statement. Disturbed rounds that were measured again: ${disturbed}.`,
    table: {
      head: ["system", "a second", "× LF"],
      rows: names.map((name) => [
        name,
        digits(median(rounds.map((round) => round.get(name) ?? Number.NaN))),
        spread(ratio(name)),
      ]),
    },
    findings: [
      {
        id: "registrations",
        says: "registrations at cost 4 × LF's single insert",
        target: { atLeast: 0.6 },
        isBetterWhen: "higher",
        ratio: ratio("Postern"),
      },
    ],
  };
}
