import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logIn, register } from "../accounts.ts";
import { closedLoop, sendAll } from "../load/closed-loop.ts";
import { requestBytes } from "../load/connection.ts";
import { residentMb, SERVER_CPU, ALL_CPUS } from "../machine.ts";
import { ratioOf } from "../rounds.ts";
import { posternSessions } from "../postern-users.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { embedded, postern, smallestFull, startSystem, type System } from "../system.ts";

const SESSIONS = 1_000;

/**
 * Measures the time from the start of a process to its first answer, and its memory after a minute
 * of checks.
 */
export async function measureStart(stores: Stores, effort: Effort): Promise<Section> {
  const redis = { REDIS_URL: stores.redisUrl };
  const env = { ...redis, DATABASE_URL: await stores.freshDatabase("start") };
  const lfEnv = { ...redis, DATABASE_URL: await stores.freshDatabase("start_lf") };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, SESSIONS);
  const [ours, smallest] = [postern(), smallestFull(4)];
  const lf = await startSystem(smallest, lfEnv, SERVER_CPU);
  await register(lf, SESSIONS);
  const lfCookies = await logIn(lf, SESSIONS);
  await lf.stop();

  const starts = { ours: [] as number[], lf: [] as number[] };
  for (let n = 0; n < effort.rounds; n += 1) {
    starts.ours.push(await firstAnswer(ours, env, cookies));
    starts.lf.push(await firstAnswer(smallest, lfEnv, lfCookies));
  }
  const minute = effort.isQuick ? 2 : 60;
  const memory = {
    ours: await residentAfter({ system: ours, env, cookies, seconds: minute }),
    lf: await residentAfter({ system: smallest, env: lfEnv, cookies: lfCookies, seconds: minute }),
  };
  const once = await embeddedStarts(effort.isQuick ? 1 : 3);
  const ratios = (one: readonly number[], other: readonly number[]) =>
    ratioOf(one.map((value, n) => value / (other[n] ?? Number.NaN)));
  return {
    title: "Starting, and memory",
    text:
      "From the start of the process to the first session check that is answered with 200; for embedded mode to the " +
      `first \`GET /\`. Resident after ${minute} s of W1.`,
    table: {
      head: ["", "Postern", "LF"],
      rows: [
        ["first answer, full mode, ms", spread(ratioOf(starts.ours)), spread(ratioOf(starts.lf))],
        ["resident MB after W1", digits(memory.ours), digits(memory.lf)],
        ["first answer ever, embedded, ms", spread(ratioOf(once.first)), ""],
        ["first answer later, embedded, ms", spread(ratioOf(once.later)), ""],
        ["resident MB, embedded", spread(ratioOf(once.resident)), ""],
      ],
    },
    findings: [
      {
        id: "start.full",
        says: "start to first answer × LF",
        target: { atMost: 2.5 },
        isBetterWhen: "lower",
        ratio: ratios(starts.ours, starts.lf),
      },
      {
        id: "start.memory",
        says: "resident after W1 × LF",
        target: { atMost: 1.3 },
        isBetterWhen: "lower",
        ratio: ratioOf([memory.ours / memory.lf]),
      },
      {
        id: "start.embedded.first",
        says: "ms to the first answer ever, embedded",
        target: { atMost: 2_000 },
        isBetterWhen: "lower",
        ratio: ratioOf(once.first),
      },
      {
        id: "start.embedded.later",
        says: "ms to the first answer later, embedded",
        target: { atMost: 1_000 },
        isBetterWhen: "lower",
        ratio: ratioOf(once.later),
      },
      {
        id: "start.embedded.memory",
        says: "resident MB, embedded",
        target: { atMost: 350 },
        isBetterWhen: "lower",
        ratio: ratioOf(once.resident),
      },
    ],
  };
}

async function firstAnswer(
  system: System,
  env: Readonly<Record<string, string>>,
  [cookie = ""]: readonly string[],
): Promise<number> {
  const startedAt = performance.now();
  const running = await startSystem(system, env, SERVER_CPU);
  const [status] = await sendAll(running.port, [system.check(cookie)], (reply) => reply.status, 1);
  const tookMs = performance.now() - startedAt;
  await running.stop();
  if (status !== 200) throw new Error(`${system.name} answers its first check with ${status}`);
  return tookMs;
}

async function residentAfter(given: {
  system: System;
  env: Readonly<Record<string, string>>;
  cookies: readonly string[];
  seconds: number;
}): Promise<number> {
  const running = await startSystem(given.system, given.env, SERVER_CPU);
  const requests = given.cookies.map(given.system.check);
  const request = (n: number) => requests[n % requests.length] as Buffer;
  await closedLoop({
    port: running.port,
    connections: 64,
    durationMs: given.seconds * 1000,
    request,
  });
  const resident = residentMb(running.pid);
  await running.stop();
  return resident;
}

async function embeddedStarts(count: number) {
  const measured = { first: [] as number[], later: [] as number[], resident: [] as number[] };
  for (let n = 0; n < count; n += 1) {
    const folder = mkdtempSync(join(tmpdir(), "postern-embedded-"));
    for (const [into, use] of [
      [measured.first, register],
      [measured.later, logIn],
    ] as const) {
      const startedAt = performance.now();
      const running = await startSystem(embedded(folder), {}, ALL_CPUS);
      await sendAll(running.port, [requestBytes("GET", "/")], ({ status }) => status, 1);
      into.push(performance.now() - startedAt);
      await use(running, 2);
      measured.resident.push(residentMb(running.pid));
      await running.stop("SIGTERM");
    }
    rmSync(folder, { recursive: true });
  }
  return measured;
}
