import { hash } from "@node-rs/bcrypt";
import { accountOf, PASSWORD } from "../accounts.ts";
import { served } from "../load/served.ts";
import { ALL_CPUS } from "../machine.ts";
import { sessionsAtCost } from "../postern-users.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores, withPostgres } from "../stores.ts";
import { posternOfTheCourse, smallestFull, startSystem } from "../system.ts";
import { pureHashing } from "./storm.ts";

const COST = 12;
const USERS = 64;
/** Enough that no CPU waits for a request, and so few that none is refused. */
const CONNECTIONS = 8;

/** W2: log-ins and registrations at cost 12 on all CPUs, beside bcrypt alone. */
export async function measureHashing(stores: Stores, effort: Effort): Promise<Section> {
  const redis = { REDIS_URL: stores.redisUrl };
  const env = { ...redis, DATABASE_URL: await stores.freshDatabase("hashing") };
  migrate(env.DATABASE_URL);
  await sessionsAtCost(env, USERS, COST);
  const lfEnv = { ...redis, DATABASE_URL: await stores.freshDatabase("hashing_lf") };
  const systems = {
    Postern: await startSystem(posternOfTheCourse(COST), env, ALL_CPUS),
    LF: await startSystem(smallestFull(COST), lfEnv, ALL_CPUS),
  };
  const dear = await hash(PASSWORD, COST);
  await withPostgres(lfEnv.DATABASE_URL, async (client) => {
    for (let n = 0; n < USERS; n += 1)
      await client.query("insert into lf_users (email, hash) values ($1, $2)", [
        accountOf(n).email,
        dear,
      ]);
  });
  let fresh = USERS;
  const run = async (name: keyof typeof systems, what: "logIn" | "register") => {
    const running = systems[name];
    const account = (n: number) => accountOf(what === "logIn" ? n % USERS : (fresh += 1));
    const request = (n: number) => running.system[what]?.(account(n));
    const load = { connections: CONNECTIONS, seconds: effort.seconds, request };
    return (await served(running, load)).perSecond;
  };
  const measures: Record<string, () => Promise<number>> = {
    "bcrypt alone": async () => pureHashing(effort.seconds),
    "Postern, log-ins": () => run("Postern", "logIn"),
    "Postern, registrations": () => run("Postern", "register"),
    "LF, log-ins": () => run("LF", "logIn"),
  };
  const names = Object.keys(measures);
  const { rounds, disturbed } = await interleaved(
    { rounds: effort.rounds, names, reference: "bcrypt alone" },
    async (name) => (await measures[name]?.()) ?? Number.NaN,
    (perSecond) => perSecond,
  );
  for (const system of Object.values(systems)) await system.stop();
  const ratio = (name: string) => ratiosOf(rounds, name, "bcrypt alone", (perSecond) => perSecond);
  return {
    title: "W2: log-ins and registrations at cost 12 on all CPUs",
    text: `Nothing is pinned, ${CONNECTIONS} connections. Disturbed rounds that were measured again: ${disturbed}.`,
    table: {
      head: ["", "a second", "× bcrypt alone"],
      rows: names.map((name) => [
        name,
        digits(median(rounds.map((round) => round.get(name) ?? Number.NaN))),
        spread(ratio(name)),
      ]),
    },
    findings: (["log-ins", "registrations"] as const).map((what) => ({
      id: `hashing.${what}`,
      says: `${what} at cost 12 × bcrypt alone`,
      target: { atLeast: 0.95 },
      isBetterWhen: "higher",
      ratio: ratio(`Postern, ${what}`),
    })),
  };
}
