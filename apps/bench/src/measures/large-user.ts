import { request } from "node:http";
import { openLoop } from "../load/open-loop.ts";
import { ALL_CPUS, residentMb } from "../machine.ts";
import { posternSessions } from "../postern-users.ts";
import { ratioOf } from "../rounds.ts";
import { digits, type Effort, type Section } from "../section.ts";
import { migrate, type Stores, withPostgres } from "../stores.ts";
import { posternOfTheCourse, startSystem } from "../system.ts";

const USERS = 64;
const PACED_PER_SECOND = 300;
const EXPORTS_AT_ONCE = 3;

/** One user has a great many events and sessions, and reads them while others check sessions. */
export async function measureLargeUser(stores: Stores, effort: Effort): Promise<Section> {
  const [events, records] = effort.isQuick ? [30_000, 10_000] : [300_000, 100_000];
  const database = await stores.freshDatabase("large_user");
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: database };
  migrate(database);
  const cookies = await posternSessions(env, USERS);
  const [large = "", ...others] = cookies;
  await fill(database, events, records);
  const system = await startSystem(posternOfTheCourse(4), env, ALL_CPUS);
  const { port, pid } = system;
  const durationMs = effort.seconds * 5_000;
  const checks = others.map(system.system.check);
  const check = (n: number) => checks[n % checks.length] as Buffer;
  const paced = () => openLoop({ port, perSecond: PACED_PER_SECOND, durationMs, request: check });
  await paced(); // until V8 has compiled the hot code
  const rows: string[][] = [];
  const ratios: number[] = [];
  let [largestBytes, exports] = [0, 0];
  const memoryBefore = residentMb(pid);
  for (const [name, paths] of [
    ["exports, three at once", Array<string>(EXPORTS_AT_ONCE).fill("/profile/export")],
    ["its sessions", ["/sessions"]],
  ] as const) {
    const calm = await paced();
    const endsAt = performance.now() + durationMs;
    let most = 0;
    const readers = paths.map(async (path) => {
      while (performance.now() < endsAt) {
        const { status, bytes } = await read(port, path, large);
        if (status === 200 && path === "/profile/export") exports += 1;
        largestBytes = Math.max(largestBytes, bytes);
        most = Math.max(most, residentMb(pid));
      }
    });
    const [busy] = await Promise.all([paced(), ...readers]);
    const [calmP99, busyP99] = [calm.byStatus[200]?.p99 ?? NaN, busy.byStatus[200]?.p99 ?? NaN];
    ratios.push(busyP99 / calmP99);
    rows.push([name, digits(calmP99), digits(busyP99), digits(busyP99 / calmP99), digits(most)]);
  }
  await system.stop();
  return {
    title: "A large user",
    text:
      `One user with ${digits(events)} events and ${digits(records)} session records. ${digits(exports)} exports of ` +
      `${digits(largestBytes / 1e6)} MB were read to the end; a second one at the same time is refused. Before them ` +
      `the process had ${digits(memoryBefore)} MB. Others make ${PACED_PER_SECOND} checks a second.`,
    table: { head: ["meanwhile it reads", "calm p99 ms", "p99 ms", "×", "resident MB"], rows },
    findings: [
      {
        id: "large-user.latency",
        says: "p99 of others' checks while a large user reads its data × calm",
        target: { atMost: 2 },
        isBetterWhen: "lower",
        ratio: ratioOf(ratios),
      },
    ],
  };
}

/** Gives the first user these rows. The sessions of most records have ended long ago. */
async function fill(databaseUrl: string, events: number, records: number): Promise<void> {
  await withPostgres(databaseUrl, async (client) => {
    const first = "(select id from postern.users where email like 'somebody-0@%')";
    await client.query(
      `insert into postern.events (id, type, version, user_id, occurred_at, data)
       select gen_random_uuid(), 'user.password_reset_requested', 1, ${first}, now(),
         '{"epoch":0,"expiresAt":"2030-01-01T00:00:00.000Z","tokenBy":"mail"}'
       from generate_series(1, $1)`,
      [events],
    );
    await client.query(
      `insert into postern.session_records (id, user_id, epoch, device, network, expires_at)
       select gen_random_uuid(), ${first}, 0, 'Firefox on Linux', '192.0.2.0/24', now() + '1 day'
       from generate_series(1, $1)`,
      [records],
    );
    await client.query("vacuum analyze");
  });
}

/** Reads a whole answer without keeping it. */
function read(port: number, path: string, cookie: string) {
  return new Promise<{ status: number; bytes: number }>((resolve, reject) => {
    const headers = { cookie };
    const asking = request({ host: "127.0.0.1", port, path, headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, bytes }));
      response.once("error", reject);
    });
    asking.once("error", reject);
    asking.end();
  });
}
