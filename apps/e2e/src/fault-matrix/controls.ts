import { type Cell, type Fault } from "./cell.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";
import type { FaultSystem } from "./system.ts";

/** A fault that must show in a column of the table. Otherwise the column could not be believed. */
interface Control {
  readonly column: string;
  readonly fault: Fault;
  /** Whether the column shows it. */
  readonly isSeen: (cell: Cell) => boolean;
}

const control = (name: string, begin: Fault["begin"]): Fault => ({ part: "none", name, begin });

/** Gives every user of Redis the address of somebody else. */
async function mixUsers({ redis }: FaultSystem): Promise<void> {
  for (const key of await redis.admin.keys("postern:{p*}:*")) {
    if ((await redis.admin.type(key)) !== "hash") continue;
    const user = await redis.admin.hget(key, "user");
    if (user?.includes("keeper"))
      await redis.admin.hset(key, "user", user.replace(/\S+$/, "eve@example.com"));
  }
}

const olderData = REDIS_FAULTS.find(({ name }) => name === "restart from older data");
if (!olderData) throw new Error("there is no restart from older data");

export const CONTROLS: readonly Control[] = [
  {
    column: "first failure",
    fault: control("every connection to Redis is refused for ever", async ({ toRedis }) =>
      toRedis.refuse(true),
    ),
    isSeen: ({ firstFailureMs, statuses }) => firstFailureMs !== undefined && !!statuses[503],
  },
  {
    column: "healed",
    fault: control("Postgres is away for ever", async ({ toPostgres }) => toPostgres.refuse(true)),
    isSeen: ({ healedMs }) => healedMs === undefined,
  },
  {
    column: "lost changes",
    fault: control("a user is deleted behind the service", ({ query }) =>
      query("delete from postern.users where email like 'keeper-%'"),
    ),
    isSeen: ({ lost }) => lost.some((what) => what.includes("keeper-")),
  },
  {
    column: "lost events",
    fault: control("the outbox is emptied behind the worker", async ({ worker, query }) => {
      worker.child.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await query("delete from postern.outbox");
      worker.child.kill("SIGCONT");
    }),
    isSeen: ({ lostEvents }) => lostEvents > 0,
  },
  {
    column: "lost sessions",
    fault: control("Redis is emptied", ({ redis }) => redis.admin.flushall()),
    isSeen: ({ lostSessions }) => lostSessions > 0,
  },
  {
    column: "wrong identities",
    fault: control("Redis has another address for a user", mixUsers),
    isSeen: ({ wrongIdentities }) => wrongIdentities > 0,
  },
  {
    column: "zombie sessions",
    fault: { ...olderData, options: { environment: { REDIS_FENCE: "off" } } },
    isSeen: ({ zombies }) => zombies > 0,
  },
];
