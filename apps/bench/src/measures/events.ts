import { setTimeout as pause } from "node:timers/promises";
import { logIn, register } from "../accounts.ts";
import { sendAll } from "../load/closed-loop.ts";
import { requestBytes } from "../load/connection.ts";
import { OTHER_CPUS, SERVER_CPU } from "../machine.ts";
import { digits, type Effort, type Section, single } from "../section.ts";
import { PgBoss } from "pg-boss";
import { migrate, type Stores, withPostgres } from "../stores.ts";
import { emptyJobs, posternOfTheCourse, posternWorker, startSystem } from "../system.ts";

const PACED_PER_SECOND = 50;
const WITHIN_MS = 120_000;

/**
 * W5: events through one worker, and the time from a commit to its effect, beside empty jobs of
 * pg-boss.
 */
export async function measureEvents(stores: Stores, { isQuick }: Effort): Promise<Section> {
  const count = isQuick ? 500 : 5_000;
  const paced = isQuick ? 100 : 500;
  const ours = await throughWorker(stores, count, paced);
  const empty = await throughPgBoss(stores, count, paced);
  return {
    title: "W5: events through one worker",
    text:
      `${digits(count)} log-outs wait in the outbox when the worker starts on one CPU; each is claimed, becomes a job and ` +
      "is carried out in Redis. pg-boss alone moves as many jobs with nothing in them, in batches of 50. Then " +
      `${digits(paced)} at ${PACED_PER_SECOND} a second, from commit to effect by Postgres' own clock.`,
    table: {
      head: ["", "Postern", "pg-boss, empty jobs"],
      rows: [
        ["a second", digits(ours.perSecond), digits(empty.perSecond)],
        ["p50 ms", digits(ours.p50), digits(empty.p50)],
        ["p99 ms", digits(ours.p99), digits(empty.p99)],
      ],
    },
    findings: [
      {
        id: "events.throughput",
        says: "events a second × empty jobs",
        isBetterWhen: "higher",
        ratio: single(ours.perSecond / empty.perSecond),
      },
      {
        id: "events.p50",
        says: "commit to effect, p50 × empty jobs",
        isBetterWhen: "lower",
        ratio: single(ours.p50 / empty.p50),
      },
      {
        id: "events.p99",
        says: "commit to effect, p99 × empty jobs",
        isBetterWhen: "lower",
        ratio: single(ours.p99 / empty.p99),
      },
    ],
  };
}

async function throughWorker(stores: Stores, count: number, paced: number) {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("events") };
  migrate(env.DATABASE_URL);
  const api = await startSystem(posternOfTheCourse(4), env, OTHER_CPUS);
  await register(api, count);
  const cookies = await logIn(api, count);
  const logOut = (some: readonly string[]) =>
    sendAll(
      api.port,
      some.map((cookie) => requestBytes("DELETE", "/sessions", { cookie })),
      ({ status }) => status,
    );
  // Registrations and log-ins left events too. A first worker handles them, so that only log-outs
  // are measured.
  const earlier = await startSystem(posternWorker, env, SERVER_CPU);
  await waitForCount(env.DATABASE_URL, "select count(*) from postern.outbox", 0);
  await earlier.stop("SIGTERM");
  await logOut(cookies);
  const completedJobs =
    "select count(*) from postern_queues.job where name = 'sessions' and state = 'completed'" +
    " and data->'event'->>'type' = 'session.revoked'";
  const worker = await startSystem(posternWorker, env, SERVER_CPU);
  const startedAt = performance.now();
  await waitForCount(env.DATABASE_URL, completedJobs, count);
  const perSecond = (count / (performance.now() - startedAt)) * 1000;

  const more = await logIn(api, paced);
  await pause(1_000);
  await atPace(more, async (cookie) => void (await logOut([cookie])));
  await waitForCount(env.DATABASE_URL, completedJobs, count + paced);
  const latencies = await percentiles(
    env.DATABASE_URL,
    `select extract(epoch from completed_on - recorded_at) * 1000 as ms
     from postern_queues.job join postern.events on events.id = job.id
     where name = 'sessions' and type = 'session.revoked' order by recorded_at desc limit ${paced}`,
  );
  await worker.stop();
  await api.stop();
  return { perSecond, ...latencies };
}

async function throughPgBoss(stores: Stores, count: number, paced: number) {
  const env = { DATABASE_URL: await stores.freshDatabase("empty_jobs") };
  const first = await startSystem(emptyJobs, env, SERVER_CPU); // creates schema and queue
  await first.stop();
  const boss = new PgBoss({ connectionString: env.DATABASE_URL, useListenNotify: true });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  await boss.insert(
    "empty",
    Array.from({ length: count }, () => ({ data: {} })),
  );
  const completedJobs =
    "select count(*) from postern_queues.job where name = 'empty' and state = 'completed'";
  const worker = await startSystem(emptyJobs, env, SERVER_CPU);
  const startedAt = performance.now();
  await waitForCount(env.DATABASE_URL, completedJobs, count);
  const perSecond = (count / (performance.now() - startedAt)) * 1000;
  await pause(1_000);
  await atPace(Array.from({ length: paced }), async () => void (await boss.send("empty", {})));
  await waitForCount(env.DATABASE_URL, completedJobs, count + paced);
  await boss.stop();
  const latencies = await percentiles(
    env.DATABASE_URL,
    `select extract(epoch from completed_on - created_on) * 1000 as ms
     from postern_queues.job where name = 'empty' order by created_on desc limit ${paced}`,
  );
  await worker.stop();
  return { perSecond, ...latencies };
}

async function atPace<Value>(values: readonly Value[], act: (value: Value) => Promise<void>) {
  const startedAt = performance.now();
  const acts: Promise<void>[] = [];
  for (const [n, value] of values.entries()) {
    const dueInMs = startedAt + (n * 1000) / PACED_PER_SECOND - performance.now();
    if (dueInMs > 0) await pause(dueInMs);
    acts.push(act(value));
  }
  await Promise.all(acts);
}

/** Waits until the query counts this many. */
async function waitForCount(databaseUrl: string, query: string, count: number): Promise<void> {
  await withPostgres(databaseUrl, async (client) => {
    const endsAt = performance.now() + WITHIN_MS;
    for (;;) {
      const { rows } = await client.query<{ count: string }>(query);
      if (Number(rows[0]?.count) === count) return;
      if (performance.now() > endsAt)
        throw new Error(`${rows[0]?.count} instead of ${count}: ${query}`);
      await pause(20);
    }
  });
}

const percentiles = async (databaseUrl: string, query: string) =>
  await withPostgres(databaseUrl, async (client) => {
    const { rows } = await client.query<{ p50: number; p99: number }>(
      `select percentile_cont(0.5) within group (order by ms)::float as p50,
         percentile_cont(0.99) within group (order by ms)::float as p99 from (${query}) as taken`,
    );
    return rows[0] ?? { p50: Number.NaN, p99: Number.NaN };
  });
