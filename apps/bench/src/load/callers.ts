import { Worker } from "node:worker_threads";
import type { Latency } from "./latency.ts";

export interface CallersOptions {
  readonly port: number;
  readonly callers: number;
  /** Whether each caller has an address of its own, or all have one. */
  readonly networks: "one" | "many";
  /** Answers count from here on, when all are connected and have been refused once. */
  readonly settlesMs: number;
  readonly durationMs: number;
  readonly requests: readonly Buffer[];
}

export interface CallersResult {
  /** Latencies by status. 0: no answer. */
  readonly byStatus: Readonly<Record<number, Latency>>;
}

/**
 * Callers that send their next request as soon as the last is answered, whatever the answer says.
 * They have a thread of their own, so that they do not delay other loads.
 */
export async function callers(options: CallersOptions): Promise<CallersResult> {
  const thread = new Worker(new URL("./callers.thread.ts", import.meta.url), {
    workerData: options,
  });
  return await new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
  });
}
