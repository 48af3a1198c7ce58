import { randomBytes } from "node:crypto";
import { accountOf, logIn, register } from "../accounts.ts";
import { NOT_SERVED, type Served, served } from "../load/served.ts";
import { SERVER_CPU } from "../machine.ts";
import { posternSessions } from "../postern-users.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores, withRedis } from "../stores.ts";
import {
  LIMITS,
  postern,
  type RunningSystem,
  smallestFull,
  startSystem,
  type System,
} from "../system.ts";

const CONNECTIONS = 64;
const SESSIONS = 1_000;

/** W1: session checks on one CPU, 1,000 sessions in turn on 64 connections. */
export async function measureChecks(
  stores: Stores,
  { rounds: count, seconds, warmUpSeconds }: Effort,
  peers: readonly System[],
): Promise<Section> {
  const running = await startAll(stores, peers);
  const measure = (name: string, forSeconds = seconds) => checksOf(running.get(name), forSeconds);
  const names = [...running.keys()];
  // Until V8 has compiled the hot code.
  for (const name of names) await measure(name, warmUpSeconds);
  const { rounds, disturbed } = await interleaved(
    { rounds: count, names, reference: "L2" },
    measure,
    ({ perSecond }) => perSecond,
  );
  for (const { system } of running.values()) await system.stop();
  const of = (name: string, read: (check: Served) => number) =>
    median(rounds.map((round) => read(round.get(name) ?? NOT_SERVED)));
  const throughput = (name: string) => ratiosOf(rounds, name, "L2", ({ perSecond }) => perSecond);
  const cpu = (name: string) => ratiosOf(rounds, name, "L2", (check) => check.cpuMicroseconds);
  return {
    title: "W1: session checks on one CPU",
    text:
      `\`GET /profile\`, 64 connections, 1,000 sessions in turn, the server alone on its CPU. L0: node:http, ` +
      "L1: Hono with a constant, L2: one GET in Redis by the cookie, L3: one SELECT instead, LF: the smallest " +
      `service that registers, logs in and checks. Disturbed rounds that were measured again: ${disturbed}.`,
    table: {
      head: ["system", "requests/s", "× L2", "server CPU µs", "CPU × L2", "p99 ms"],
      rows: names.map((name) => [
        name,
        digits(of(name, ({ perSecond }) => perSecond)),
        spread(throughput(name)),
        digits(of(name, ({ cpuMicroseconds }) => cpuMicroseconds)),
        spread(cpu(name)),
        digits(of(name, ({ p99 }) => p99)),
      ]),
    },
    bars: {
      name: "checks",
      title: "Session checks a second, relative to L2",
      unit: "×",
      bars: names.map((label) => ({
        label,
        value: throughput(label).median,
        isOurs: label === "Postern",
      })),
    },
    findings: [
      {
        id: "checks.throughput",
        says: "session checks a second × L2",
        target: { atLeast: 0.9 },
        isBetterWhen: "higher",
        ratio: throughput("Postern"),
      },
      {
        id: "checks.cpu",
        says: "server CPU a check × L2",
        target: { atMost: 1.15 },
        isBetterWhen: "lower",
        ratio: cpu("Postern"),
      },
    ],
  };
}

interface Measured {
  readonly system: RunningSystem;
  readonly requests: readonly Buffer[];
}

async function startAll(stores: Stores, peers: readonly System[]): Promise<Map<string, Measured>> {
  const running = new Map<string, Measured>();
  const env = { REDIS_URL: stores.redisUrl };
  const kept = await keepCookies(stores.redisUrl, SESSIONS);
  for (const limit of LIMITS) {
    const system = await startSystem(
      limit,
      { ...env, DATABASE_URL: stores.databaseUrl },
      SERVER_CPU,
    );
    running.set(limit.name, { system, requests: kept.map(limit.check) });
  }
  for (const full of [smallestFull(4), ...peers]) {
    const own = { ...env, DATABASE_URL: await stores.freshDatabase(full.name.toLowerCase()) };
    const system = await startSystem(full, own, SERVER_CPU);
    await register(system, SESSIONS);
    const cookies = await logIn(system, SESSIONS);
    running.set(full.name, { system, requests: cookies.map(full.check) });
  }
  const database = { ...env, DATABASE_URL: await stores.freshDatabase("postern") };
  migrate(database.DATABASE_URL);
  const cookies = await posternSessions(database, SESSIONS);
  const system = await startSystem(postern(), database, SERVER_CPU);
  running.set("Postern", { system, requests: cookies.map(system.system.check) });
  return running;
}

/** Measures session checks on one system for this long. */
export async function checksOf(measured: Measured | undefined, seconds: number): Promise<Served> {
  if (!measured) throw new Error("this system does not run");
  const { system, requests } = measured;
  const request = (n: number) => requests[n % requests.length];
  return await served(system, { connections: CONNECTIONS, seconds, request });
}

/** Creates cookies whose value Redis maps to an address, as long as ours: what L2 looks up. */
const keepCookies = async (redisUrl: string, count: number): Promise<string[]> =>
  await withRedis(redisUrl, async (redis) => {
    const cookies = Array.from(
      { length: count },
      () => `session_id=${randomBytes(48).toString("base64url")}`,
    );
    await Promise.all(cookies.map((cookie, n) => redis.set(cookie, accountOf(n).email)));
    return cookies;
  });
