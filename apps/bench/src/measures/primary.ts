import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { accountOf } from "../accounts.ts";
import { sendAll } from "../load/closed-loop.ts";
import { requestBytes } from "../load/connection.ts";
import { ALL_CPUS, cpuMs, familyOf } from "../machine.ts";
import { digits, type Effort, type Section } from "../section.ts";
import { migrate, type Stores, withPostgres } from "../stores.ts";
import { posternOfTheCourse, posternWorker, type RunningSystem, startSystem } from "../system.ts";

const CONNECTIONS = 16;
const DRAIN_WITHIN_MS = 120_000;
/** The changes that are measured. */
const KINDS = ["registrations", "log-ins", "resets", "log-outs"] as const;

/** What one kind of change costs the one Postgres that takes writes. */
interface Cost {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly walBytes: number;
}

/**
 * W7: what each change costs the primary, with its event on the way through the worker and every
 * job. Its CPU time and its log do not depend on how fast the rest of the machine is.
 */
export async function measurePrimary(stores: Stores, { isQuick }: Effort): Promise<Section> {
  const count = isQuick ? 300 : 3_000;
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("primary") };
  migrate(env.DATABASE_URL);
  const api = await startSystem(posternOfTheCourse(4), env, ALL_CPUS);
  const worker = await startSystem(posternWorker, env, ALL_CPUS);
  const costs = await withPostgres(env.DATABASE_URL, (client) => costsOf(client, api, count));
  await api.stop();
  await worker.stop();
  const busiest = Math.max(...Object.values(costs).map((cost) => cost.cpuMs));
  return {
    title: "W7: what a change costs the primary",
    text:
      `${digits(count)} of each, ${CONNECTIONS} connections, bcrypt at cost 4, one API process and one worker on all CPUs. ` +
      "Counted until the worker has handled every event: the CPU time of Postgres, and the bytes of its log, " +
      `for each change. The dearest takes ${digits(busiest)} ms, so one CPU of Postgres carries about ` +
      `${digits(1000 / busiest)} of them a second.`,
    table: {
      head: [
        "",
        "a second here",
        "Postgres CPU ms",
        "log bytes",
        "a second for each CPU of Postgres",
      ],
      rows: KINDS.map((kind) => [
        kind,
        digits(costs[kind].perSecond),
        digits(costs[kind].cpuMs),
        digits(costs[kind].walBytes),
        digits(1000 / costs[kind].cpuMs),
      ]),
    },
    findings: [],
  };
}

async function costsOf(
  client: pg.Client,
  { system, port }: RunningSystem,
  count: number,
): Promise<Record<(typeof KINDS)[number], Cost>> {
  const postmaster = await postmasterOf(client);
  const self = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const observer = self.rows[0]?.pid;
  const used = () =>
    familyOf(postmaster)
      .filter((pid) => pid !== observer)
      .reduce((sum, pid) => sum + (cpuMs(pid) || 0), 0);
  const log = async () => {
    const { rows } = await client.query<{ bytes: string }>(
      "select pg_current_wal_insert_lsn() - '0/0' as bytes",
    );
    return Number(rows[0]?.bytes);
  };
  const idle = await idleMsPerSecond(used);

  const send = (requests: readonly Buffer[]) =>
    sendAll(port, requests, ({ status, head, body }) => ({ status, head, body }), CONNECTIONS);
  async function costOf(requests: readonly Buffer[]) {
    const [cpuBefore, logBefore, startedAt] = [used(), await log(), performance.now()];
    const answers = await send(requests);
    const tookMs = performance.now() - startedAt;
    const failed = answers.find(({ status }) => status >= 400);
    if (failed) throw new Error(`an answer was ${failed.status}`);
    await drained(client);
    const allMs = performance.now() - startedAt;
    const cost = {
      perSecond: (count / tookMs) * 1000,
      cpuMs: (used() - cpuBefore - (idle * allMs) / 1000) / count,
      walBytes: ((await log()) - logBefore) / count,
    };
    return { answers, cost };
  }

  const accounts = Array.from({ length: count }, (_, n) => accountOf(n));
  const { register, logIn } = system;
  if (!register || !logIn) throw new Error(`${system.name} has no accounts`);
  const registrations = await costOf(accounts.map(register));
  const asked = await send(
    accounts.map(({ email }) => requestBytes("POST", "/reset_password", { form: { email } })),
  );
  const resets = await costOf(
    asked.map(({ body }, n) => {
      const { reset_token = "" } = JSON.parse(body) as { reset_token?: string };
      const { email = "", password = "" } = accounts[n] ?? {};
      const form = { email, reset_token, new_password: password };
      return requestBytes("PUT", "/reset_password", { form });
    }),
  );
  const logIns = await costOf(accounts.map(logIn));
  const logOuts = await costOf(
    logIns.answers.map(({ head }) => {
      const cookie = /\r\nset-cookie: *(session_id=[^;\r]+)/i.exec(head)?.[1] ?? "";
      return requestBytes("DELETE", "/sessions", { cookie });
    }),
  );
  return {
    registrations: registrations.cost,
    "log-ins": logIns.cost,
    resets: resets.cost,
    "log-outs": logOuts.cost,
  };
}

async function postmasterOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ file: string }>(
    "select pg_read_file('postmaster.pid') as file",
  );
  return Number(rows[0]?.file.split("\n", 1)[0]);
}

/** What Postgres and the waiting worker use when nobody changes anything. */
async function idleMsPerSecond(used: () => number): Promise<number> {
  await pause(1_000);
  const before = used();
  await pause(2_000);
  return (used() - before) / 2;
}

/** Waits until the worker has handled every event. */
async function drained(client: pg.Client): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < DRAIN_WITHIN_MS) {
    const { rows } = await client.query<{ waiting: string }>(
      `select (select count(*) from postern.outbox) +
        (select count(*) from postern_queues.job where state < 'completed') as waiting`,
    );
    if (Number(rows[0]?.waiting) === 0) return;
    await pause(500);
  }
  throw new Error("the worker did not handle every event in time");
}
