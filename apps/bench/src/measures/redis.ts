import { setTimeout as pause } from "node:timers/promises";
import { sendAll } from "../load/closed-loop.ts";
import { logIn, register } from "../accounts.ts";
import { requestBytes } from "../load/connection.ts";
import { SERVER_CPU } from "../machine.ts";
import { digits, type Effort, type Section, single } from "../section.ts";
import { migrate, type Stores, withRedis } from "../stores.ts";
import { posternOfTheCourse, startSystem } from "../system.ts";
import type { Redis } from "ioredis";

const ASKED = 100;

/**
 * Measures what a session costs Redis: bytes, over many users, and commands, over a hundred
 * requests.
 */
export async function measureRedis(stores: Stores, { isQuick }: Effort): Promise<Section> {
  const users = isQuick ? 1_000 : 10_000;
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("redis") };
  migrate(env.DATABASE_URL);
  const system = await startSystem(posternOfTheCourse(4), env, SERVER_CPU);
  const measured = await withRedis(stores.redisUrl, async (redis) => {
    await register(system, users);
    const empty = await usedBytes(redis);
    await logIn(system, users);
    const one = await usedBytes(redis);
    await logIn(system, users);
    const two = await usedBytes(redis);
    const some = await logIn(system, ASKED); // too new for a check to note when they were used
    const check = await commandsOf(redis, () =>
      sendAll(system.port, some.map(system.system.check), ({ status }) => status, 1),
    );
    const logInCommands = await commandsOf(redis, () => logIn(system, ASKED));
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
      logIn: logInCommands,
      logOut,
    };
  });
  await system.stop();
  const { first, next } = measured;
  return {
    title: "What a session takes of Redis",
    text: `Over ${digits(users)} users, by \`used_memory\` of \`INFO memory\` and by \`MONITOR\`.`,
    table: {
      head: ["", ""],
      rows: [
        ["bytes of a user with one session", digits(first)],
        ["bytes of each further session", digits(next)],
        ["commands of 100 checks", inWords(measured.check)],
        ["commands of 100 log-ins", inWords(measured.logIn)],
        ["commands of 100 log-outs", inWords(measured.logOut)],
      ],
    },
    findings: [
      {
        id: "redis.first",
        says: "bytes in Redis of a user with one session",
        target: { atMost: 450 },
        isBetterWhen: "lower",
        ratio: single(first),
      },
      {
        id: "redis.next",
        says: "bytes in Redis of each further session",
        target: { atMost: 250 },
        isBetterWhen: "lower",
        ratio: single(next),
      },
      ...(
        [
          ["check", 1],
          ["logIn", 2],
          ["logOut", 1],
        ] as const
      ).map(([what, atMost]) => ({
        id: `redis.commands.${what}`,
        says: `commands to Redis of a ${{ check: "check", logIn: "log-in", logOut: "log-out" }[what]}`,
        target: { atMost },
        isBetterWhen: "lower" as const,
        ratio: single(commandsEach(measured[what])),
      })),
    ],
  };
}

const usedBytes = async (redis: Redis) =>
  Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);

/**
 * Returns the commands that Redis received meanwhile, without those of scripts, of new connections,
 * of the bench, and those on marks, which come once a second whatever is asked.
 */
async function commandsOf(redis: Redis, act: () => Promise<unknown>): Promise<Commands> {
  const [, ownAddress = ""] = /\baddr=(\S+)/.exec(await redis.client("INFO")) ?? [];
  const monitor = await redis.monitor(); // a connection of its own
  const counts = new Map<string, number>();
  monitor.on("monitor", (_time: string, [command = "", , , key = ""]: string[], source: string) => {
    const name = command.toLowerCase();
    if (key.endsWith(":mark")) return;
    if (source === ownAddress && name === "echo") counts.set("", 1);
    else if (source !== "lua" && name !== "client") counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  await act();
  await redis.echo("end");
  while (!counts.has("")) await pause(1);
  monitor.disconnect();
  counts.delete("");
  return counts;
}

type Commands = ReadonlyMap<string, number>;

const inWords = (counts: Commands) =>
  [...counts].map(([name, count]) => `${count} ${name}`).join(", ");

const commandsEach = (counts: Commands) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0) / ASKED;
