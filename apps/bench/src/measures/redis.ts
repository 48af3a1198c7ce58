import { sendAll } from "../load/closed-loop.ts";
import { logIn, register } from "../accounts.ts";
import { requestBytes } from "../load/connection.ts";
import { SERVER_CPU } from "../machine.ts";
import { digits, type Effort, type Section, single } from "../section.ts";
import { migrate, type Stores, withRedis } from "../stores.ts";
import { posternOfTheCourse, startSystem } from "../system.ts";
import type { Redis } from "ioredis";

/** What a session takes of Redis: bytes, over many users, and commands, over a hundred requests. */
export async function measureRedis(stores: Stores, { isQuick }: Effort): Promise<Section> {
  const users = isQuick ? 1_000 : 10_000;
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("redis") };
  migrate(env.DATABASE_URL);
  const system = await startSystem(posternOfTheCourse(4), env, SERVER_CPU);
  const measured = await withRedis(stores.redisUrl, async (redis) => {
    await register(system, users);
    const empty = await usedBytes(redis);
    const cookies = await logIn(system, users);
    const one = await usedBytes(redis);
    await logIn(system, users);
    const two = await usedBytes(redis);
    const some = cookies.slice(0, 100);
    const check = await commandsOf(redis, () =>
      sendAll(system.port, some.map(system.system.check), ({ status }) => status, 1),
    );
    const logInCommands = await commandsOf(redis, () => logIn(system, 100));
    const logOut = await commandsOf(redis, () =>
      sendAll(
        system.port,
        some.map((cookie) => requestBytes("DELETE", "/sessions", { cookie })),
        ({ status }) => status,
        1,
      ),
    );
    return {
      first: (one - empty) / users,
      next: (two - one) / users,
      check,
      logInCommands,
      logOut,
    };
  });
  await system.stop();
  const { first, next } = measured;
  return {
    title: "What a session takes of Redis",
    text: `Over ${digits(users)} users, by \`used_memory\` of \`INFO memory\` and by \`INFO commandstats\`.`,
    table: {
      head: ["", ""],
      rows: [
        ["bytes of a user with one session", digits(first)],
        ["bytes of each further session", digits(next)],
        ["commands of 100 checks", measured.check],
        ["commands of 100 log-ins", measured.logInCommands],
        ["commands of 100 log-outs", measured.logOut],
      ],
    },
    findings: [
      {
        id: "redis.first",
        says: "bytes in Redis of a user with one session",
        target: { atMost: 450 },
        isBetterWhen: "lower",
        ...single(first),
      },
      {
        id: "redis.next",
        says: "bytes in Redis of each further session",
        target: { atMost: 250 },
        isBetterWhen: "lower",
        ...single(next),
      },
    ],
  };
}

const usedBytes = async (redis: Redis) =>
  Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);

/** Which commands Redis was sent meanwhile; those of scripts do not count, nor do ours. */
async function commandsOf(redis: Redis, act: () => Promise<unknown>): Promise<string> {
  await redis.config("RESETSTAT");
  await act();
  const stats = await redis.info("commandstats");
  const isScripted = /cmdstat_evalsha/.test(stats);
  const counts = [...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)]
    .map(([, name = "", calls = ""]) => ({ name, calls }))
    .filter(({ name }) => !name.startsWith("config") && name !== "info");
  const ofScripts = new Set(isScripted ? ["hset", "hdel", "hgetall", "pttl", "pexpire"] : []);
  return counts
    .filter(({ name }) => !ofScripts.has(name))
    .map(({ name, calls }) => `${calls} ${name}`)
    .join(", ");
}
