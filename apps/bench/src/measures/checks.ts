import { randomBytes } from "node:crypto";
import { accountOf, logIn, register } from "../accounts.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { cpuMs, SERVER_CPU } from "../machine.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import type { Stores } from "../stores.ts";
import { migrate, withRedis } from "../stores.ts";
import {
  LIMITS,
  postern,
  posternOfTheCourse,
  type RunningSystem,
  smallestFull,
  startSystem,
} from "../system.ts";

const CONNECTIONS = 64;
const SESSIONS = 1_000;

interface Check {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p99: number;
}

/** W1: session checks, as many as one CPU serves, 1,000 sessions in turn on 64 connections. */
export async function measureChecks(stores: Stores, options: { rounds: number; seconds: number }) {
  const running = new Map<string, { system: RunningSystem; requests: Buffer[] }>();
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
  const lf = await startSystem(
    smallestFull(4),
    { ...env, DATABASE_URL: await stores.freshDatabase("lf") },
    SERVER_CPU,
  );
  await register(lf, SESSIONS);
  const lfCookies = await logIn(lf, SESSIONS);
  running.set("LF", { system: lf, requests: lfCookies.map(lf.system.check) });

  const database = { ...env, DATABASE_URL: await stores.freshDatabase("postern") };
  migrate(database.DATABASE_URL);
  const cookies = await posternSessions(database, SESSIONS);
  const served = await startSystem(postern(), database, SERVER_CPU);
  running.set("Postern", { system: served, requests: cookies.map(served.system.check) });

  const measure = async (name: string, seconds = options.seconds): Promise<Check> => {
    const one = running.get(name);
    if (!one) throw new Error(`${name} does not run`);
    const before = cpuMs(one.system.pid);
    const startedAt = performance.now();
    const result = await closedLoop({
      port: one.system.port,
      connections: CONNECTIONS,
      durationMs: seconds * 1000,
      request: (n) => one.requests[n % one.requests.length] as Buffer,
    });
    const took = performance.now() - startedAt;
    if (Object.keys(result.statuses).join() !== "200")
      throw new Error(`${name} answers ${JSON.stringify(result.statuses)}`);
    const requests = (result.perSecond * took) / 1000;
    return {
      perSecond: result.perSecond,
      cpuMicroseconds: ((cpuMs(one.system.pid) - before) * 1000) / requests,
      p99: result.latency.p99,
    };
  };
  const names = [...running.keys()];
  for (const name of names) await measure(name, 2); // until V8 has compiled what is hot
  const { rounds, disturbed } = await interleaved(
    { rounds: options.rounds, names, reference: "L2" },
    measure,
    ({ perSecond }) => perSecond,
  );
  for (const { system } of running.values()) await system.stop();
  return {
    disturbed,
    rows: names.map((name) => ({
      name,
      perSecond: median(rounds.map((round) => round.get(name)?.perSecond ?? 0)),
      throughput: ratiosOf(rounds, name, "L2", ({ perSecond }) => perSecond),
      cpuMicroseconds: median(rounds.map((round) => round.get(name)?.cpuMicroseconds ?? 0)),
      cpu: ratiosOf(rounds, name, "L2", ({ cpuMicroseconds }) => cpuMicroseconds),
      p99: median(rounds.map((round) => round.get(name)?.p99 ?? 0)),
    })),
  };
}

/** Cookies that Redis knows an address for, as long as ours: what L2 looks up. */
const keepCookies = async (redisUrl: string, count: number): Promise<string[]> =>
  await withRedis(redisUrl, async (redis) => {
    const cookies = Array.from(
      { length: count },
      () => `session_id=${randomBytes(48).toString("base64url")}`,
    );
    await Promise.all(cookies.map((cookie, n) => redis.set(cookie, accountOf(n).email)));
    return cookies;
  });

/** Users and their sessions, made by the service itself at a cost that takes no time. */
export async function posternSessions(
  env: Readonly<Record<string, string>>,
  count: number,
): Promise<string[]> {
  const course = await startSystem(posternOfTheCourse(4), env, SERVER_CPU);
  await register(course, count);
  const cookies = await logIn(course, count);
  await course.stop();
  return cookies;
}
