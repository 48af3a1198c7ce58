import { setTimeout as pause } from "node:timers/promises";
import { openLoop } from "../load/open-loop.ts";
import { slowSockets } from "../load/slow-sockets.ts";
import { ALL_CPUS, residentMb } from "../machine.ts";
import { posternSessions } from "../postern-users.ts";
import { ratioOf } from "../rounds.ts";
import { digits, type Effort, type Section, single } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { posternOfTheCourse, startSystem } from "../system.ts";

const USERS = 64;
const PACED_PER_SECOND = 300;
/** Until all are open. */
const SETTLES_MS = 6_000;

/** E2: session checks beside connections that send a byte a second, and come again when cut. */
export async function measureSlowSockets(stores: Stores, effort: Effort): Promise<Section> {
  const count = effort.isQuick ? 500 : 5_000;
  const database = await stores.freshDatabase("slow_sockets");
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: database };
  migrate(database);
  const cookies = await posternSessions(env, USERS);
  const system = await startSystem(posternOfTheCourse(4), env, ALL_CPUS);
  const { port, pid } = system;
  const checks = cookies.map(system.system.check);
  const check = (n: number) => checks[n % checks.length] as Buffer;
  const durationMs = effort.isQuick ? 12_000 : 30_000; // longer than a slow connection lives
  const paced = () => openLoop({ port, perSecond: PACED_PER_SECOND, durationMs, request: check });
  await paced(); // until V8 has compiled the hot code
  const calm = await paced();
  const slow = slowSockets({ port, count });
  await pause(SETTLES_MS);
  const busy = await paced();
  const resident = residentMb(pid);
  const cutCount = await slow.stop();
  await system.stop();
  const [calmP99, busyP99] = [calm.byStatus[200]?.p99 ?? NaN, busy.byStatus[200]?.p99 ?? NaN];
  return {
    title: "Slow connections",
    text:
      `${digits(count)} connections that send one byte a second, and open again when they are cut (${digits(cutCount)} times), ` +
      `beside ${PACED_PER_SECOND} session checks a second. Resident: ${digits(resident)} MB.`,
    table: {
      head: ["", "calm", "beside slow connections"],
      rows: [["checks, p99 ms", digits(calmP99), digits(busyP99)]],
    },
    findings: [
      {
        id: "slow-sockets.latency",
        says: "p99 of checks beside slow connections × calm",
        target: { atMost: 2 },
        isBetterWhen: "lower",
        ratio: ratioOf([busyP99 / calmP99]),
      },
      {
        id: "slow-sockets.answered",
        says: "share of checks answered beside slow connections",
        target: { atLeast: 1 },
        isBetterWhen: "higher",
        ratio: single((busy.byStatus[200]?.count ?? 0) / busy.sent),
      },
    ],
  };
}
