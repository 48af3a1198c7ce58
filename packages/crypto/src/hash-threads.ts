import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { Unavailable } from "@postern/domain";
import type { Bcrypt } from "./bcrypt-hasher.ts";
import type { HashAnswer, HashJob } from "./hash-thread.ts";

/** Beside this file, as TypeScript or as compiled JavaScript. */
const THREAD = new URL(`./hash-thread${extname(import.meta.url)}`, import.meta.url);
/** A thread holds one password and one hash. The rest of its memory is code. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 };

/**
 * Returns how many hashes to compute at once: as many as there are CPUs where threads can have a
 * low priority, otherwise one less, so that one CPU is left for everything else.
 */
export const hashingAtOnce = (): number =>
  process.platform === "linux" ? availableParallelism() : Math.max(1, availableParallelism() - 1);

/**
 * Computes bcrypt in threads of our own at low priority, not in libuv's: those are four on any
 * machine, and serve files and DNS too (docs/decisions/0016). Starts a thread when none is idle, so
 * the caller decides how many there are.
 */
export function hashThreads(code = THREAD): Bcrypt {
  const idle: Worker[] = [];

  const compute = (job: HashJob) =>
    new Promise<string | boolean>((resolve, reject) => {
      const thread = idle.pop() ?? openThread();
      const broken = (cause: unknown) =>
        reject(new Unavailable("a hashing thread broke", { cause }));
      thread.ref(); // the process does not exit during a hash, and does not wait for idle threads
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
