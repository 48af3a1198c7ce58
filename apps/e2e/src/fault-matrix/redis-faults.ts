import { cpSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { stall } from "@postern/test-servers";
import type { Fault } from "./cell.ts";
import type { FaultSystem } from "./system.ts";

const restart = async (system: FaultSystem, more: readonly string[] = []) => {
  system.redis = await system.redis.restart(more);
};
const setting = (name: string, value: string) => (system: FaultSystem) =>
  system.redis.admin.config("SET", name, value);
const SLOW_MS = 50;
const LOADS_FOR_MS = 3_000;
/** What is done after the copy is missing in it. */
const COPY_IS_OLD_AFTER_MS = 3_000;

export const REDIS_FAULTS: readonly Fault[] = [
  {
    part: "Redis",
    name: "kill -9",
    begin: ({ redis }) => redis.kill(),
    end: (system) => restart(system),
  },
  {
    part: "Redis",
    name: "SIGSTOP",
    begin: async ({ redis }) => redis.process.kill("SIGSTOP"),
    end: async ({ redis }) => redis.process.kill("SIGCONT"),
  },
  {
    part: "Redis",
    name: "black hole",
    begin: async ({ toRedis }) => toRedis.blackHole(true),
    end: async ({ toRedis }) => toRedis.blackHole(false),
  },
  { part: "Redis", name: "half-open", begin: async ({ toRedis }) => toRedis.swallow() },
  {
    part: "Redis",
    name: "slow",
    begin: async ({ toRedis }) => toRedis.delay(SLOW_MS),
    end: async ({ toRedis }) => toRedis.delay(0),
  },
  { part: "Redis", name: "full", begin: setting("maxmemory", "1"), end: setting("maxmemory", "0") },
  {
    part: "Redis",
    name: "refuses writes",
    begin: setting("min-replicas-to-write", "1"),
    end: setting("min-replicas-to-write", "0"),
  },
  {
    part: "Redis",
    name: "read-only",
    begin: ({ redis }) => redis.admin.replicaof("127.0.0.1", 1),
    end: ({ redis }) => redis.admin.replicaof("NO", "ONE"),
  },
  {
    part: "Redis",
    name: "loading",
    async begin(system) {
      const { admin } = system.redis;
      await admin.call("BGREWRITEAOF"); // only the part of the file that it writes loads slowly
      while ((await admin.info("persistence")).includes("aof_rewrite_in_progress:1"))
        await pause(20);
      const microseconds = Math.ceil((LOADS_FOR_MS * 1_000) / (1 + (await admin.dbsize())));
      await system.redis.kill();
      const often = ["--loading-process-events-interval-bytes", "1024"];
      await restart(system, ["--key-load-delay", String(microseconds), ...often]);
    },
  },
  {
    part: "Redis",
    name: "restart from older data",
    losesSessions: true,
    async begin(system) {
      const { folder } = system.redis;
      const copy = `${folder}.copy`;
      cpSync(folder, copy, { recursive: true });
      await pause(COPY_IS_OLD_AFTER_MS);
      await system.redis.kill();
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
      rmSync(copy, { recursive: true });
      await restart(system);
    },
  },
  {
    part: "Redis",
    name: "promotion of a replica that lags",
    options: { redis: "sentinel" },
    losesSessions: true,
    async begin({ redis, replica }) {
      if (!replica) throw new Error("needs a replica");
      await stall(redis, replica);
      await pause(1_000);
      await redis.kill();
      replica.process.kill("SIGCONT");
    },
  },
];
