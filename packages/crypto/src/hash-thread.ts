/**
 * The code of a hashing thread: one job at a time, computed synchronously at the lowest priority.
 * All other work of the process, above all session checks, comes first.
 */
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort } from "node:worker_threads";
import { hashSync, verifySync } from "@node-rs/bcrypt";

export type HashJob =
  | { readonly password: string; readonly cost: number }
  | { readonly password: string; readonly hash: string };

export type HashAnswer = { readonly value: string | boolean } | { readonly error: string };

lowerPriority();
parentPort?.on("message", (job: HashJob) => parentPort?.postMessage(answerTo(job)));

function answerTo(job: HashJob): HashAnswer {
  try {
    const { password } = job;
    return { value: "cost" in job ? hashSync(password, job.cost) : verifySync(password, job.hash) };
  } catch (error) {
    return { error: String(error) };
  }
}

/**
 * Linux schedules threads like processes, and lets a user lower the priority of each own thread.
 */
function lowerPriority(): void {
  try {
    const threadId = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(threadId, constants.priority.PRIORITY_LOW);
  } catch {
    return; // another system, or one that forbids it: see `hashingAtOnce`
  }
}
