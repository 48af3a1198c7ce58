import { Worker } from "node:worker_threads";

export interface SlowSocketsOptions {
  readonly port: number;
  readonly count: number;
}

/**
 * Opens connections that send a request one byte a second, and opens each again when it is cut.
 * They have a thread of their own. `stop` returns how many were cut.
 */
export function slowSockets(options: SlowSocketsOptions): { stop(): Promise<number> } {
  const thread = new Worker(new URL("./slow-sockets.thread.ts", import.meta.url), {
    workerData: options,
  });
  return {
    async stop() {
      const cut = new Promise<number>((resolve, reject) => {
        thread.once("message", resolve);
        thread.once("error", reject);
      });
      thread.postMessage("stop");
      const count = await cut;
      await thread.terminate();
      return count;
    },
  };
}
