import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { Unavailable } from "@postern/domain";
import type { Bcrypt } from "./bcrypt-hasher.ts";
import type { HashAnswer, HashJob } from "./hash-thread.ts";

/** Beside this file, whether that is TypeScript or what was made of it. */
const THREAD = new URL(`./hash-thread${extname(import.meta.url)}`, import.meta.url);
/** A thread holds one password and one hash; what it needs is its code's. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 };

/**
 * How many hashes to compute at once. Where threads can be lowered, as many as there are CPUs; where
 * they cannot, one CPU is left to everything else.
 */
export const hashingAtOnce = (): number =>
  process.platform === "linux" ? availableParallelism() : Math.max(1, availableParallelism() - 1);

/**
 * bcrypt in threads of its own, at low priority, and so not on libuv's, which are four, whatever the
 * CPUs, and serve files and DNS too (docs/decisions/0016). A thread is started when there is none idle:
 * how many there will be is up to whoever asks.
 */
export function hashThreads(code = THREAD): Bcrypt {
  const idle: Worker[] = [];

  const compute = (job: HashJob) =>
    new Promise<string | boolean>((resolve, reject) => {
      const thread = idle.pop() ?? openThread();
      const broken = (cause: unknown) =>
        reject(new Unavailable("a hashing thread broke", { cause }));
      thread.ref(); // a process does not end in the middle of a hash, and waits for no idle thread
      thread.once("error", broken);
      thread.once("exit", broken);
      thread.once("message", (answer: HashAnswer) => {
        thread.off("error", broken);
        thread.off("exit", broken);
        thread.unref();
        idle.push(thread);
        if ("error" in answer) reject(new Error(answer.error));
        else resolve(answer.value);
      });
      thread.postMessage(job);
    });

  const openThread = () => {
    const thread = new Worker(code, { resourceLimits: LIMITS, execArgv: [] });
    const drop = () => {
      const at = idle.indexOf(thread);
      if (at !== -1) idle.splice(at, 1);
    };
    thread.on("error", drop);
    thread.on("exit", drop);
    return thread;
  };

  return {
    hash: async (password, cost) => (await compute({ password, cost })) as string,
    verify: async (password, hash) => (await compute({ password, hash })) as boolean,
  };
}
