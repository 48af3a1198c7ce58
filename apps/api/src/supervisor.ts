import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "@postern/process";

/** What a supervisor sends to a process that it stops, in place of a signal. */
export const STOP = "stop";

/** A process that ends by itself is replaced after this time, so that a fault makes no storm. */
const REPLACE_AFTER_MS = 1_000;

/** Longer than a process takes that stops by itself. */
const CUT_OFF_AFTER_MS = 40_000;

interface Supervisor {
  readonly port: number;
  /** Replaces each process by a new one, one by one: each new one listens before one is stopped. */
  replaceAll(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts so many processes of this program on one port, by node:cluster, and replaces those that
 * end. Throws if one ends before it listens: it has said why.
 */
export async function supervise(count: number, log: Log): Promise<Supervisor> {
  let port = 0;
  let isStopping = false;
  const leaving = new Set<Worker>();

  async function start(): Promise<void> {
    const worker = cluster.fork();
    const isListening = await Promise.race([
      once(worker, "listening").then(([address]: unknown[]) => {
        ({ port } = address as { readonly port: number });
        return true;
      }),
      once(worker, "exit").then(() => false), // later `onExit` sees to it
    ]);
    if (!isListening) throw new Error(`process ${worker.process.pid} ended before it listened`);
  }

  async function stopOne(worker: Worker): Promise<void> {
    leaving.add(worker);
    if (worker.isDead()) return;
    const exited = once(worker, "exit");
    worker.send(STOP, () => undefined); // it may have ended meanwhile
    const cutOff = setTimeout(() => worker.process.kill("SIGKILL"), CUT_OFF_AFTER_MS);
    await exited;
    clearTimeout(cutOff);
  }

  async function onExit(worker: Worker, code: number | null, signal: string | null) {
    if (isStopping || leaving.delete(worker)) return;
    log.error({ pid: worker.process.pid, code, signal }, "a process ended, and is replaced");
    await pause(REPLACE_AFTER_MS);
    if (isStopping) return;
    await start().catch((error: unknown) =>
      log.error({ error: error instanceof Error ? error.message : error }, "not replaced yet"),
    );
  }

  const running = () => Object.values(cluster.workers ?? {}).filter((one) => one !== undefined);
  const stopAll = async () => {
    isStopping = true;
    await Promise.all(running().map(stopOne));
  };
  try {
    await Promise.all(Array.from({ length: count }, start));
  } catch (error) {
    await stopAll();
    throw error;
  }
  cluster.on("exit", (worker, code, signal) => void onExit(worker, code, signal));

  let replacing = Promise.resolve();
  return {
    port,
    replaceAll() {
      const replace = async () => {
        for (const old of running()) {
          if (isStopping) return;
          await start();
          await stopOne(old);
        }
        log.info({ processes: count }, "every process was replaced");
      };
      replacing = replacing.then(replace);
      return replacing;
    },
    stop: stopAll,
  };
}
