import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { errorFields, type Log } from "@postern/process";

/** What a supervisor sends to a process that it stops, in place of a signal. */
export const STOP = "stop";

/** After a process ended by itself, so that a fault makes no storm of new ones. */
const REPLACE_AFTER_MS = 1_000;
const LISTENS_WITHIN_MS = 60_000;
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
 * end. Throws if one of the first ends before it listens: it has said why.
 */
export async function supervise(count: number, log: Log): Promise<Supervisor> {
  let port = 0;
  let isStopping = false;
  /** Those that were told to stop, or will be as soon as another one listens. */
  const leaving = new Set<Worker>();

  const living = () =>
    Object.values(cluster.workers ?? {}).flatMap((one) => (one && !one.isDead() ? [one] : []));
  const staying = () => living().filter((one) => !leaving.has(one));

  const isMissing = () => !isStopping && staying().length < count;

  async function start(): Promise<void> {
    const worker = cluster.fork();
    const over = new AbortController();
    const { signal } = over;
    const isListening = await Promise.race([
      once(worker, "listening", { signal }).then(([address]: unknown[]) => {
        ({ port } = address as { readonly port: number });
        return true;
      }),
      once(worker, "exit", { signal }).then(() => false),
      pause(LISTENS_WITHIN_MS, false, { signal }),
    ]).finally(() => over.abort());
    if (isListening) return;
    worker.process.kill("SIGKILL");
    throw new Error("a process ended before it listened");
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

  async function stop(): Promise<void> {
    isStopping = true;
    await Promise.all(living().map(stopOne));
  }

  /** Runs one after the other what changes the number of processes. */
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn(change: () => Promise<void>): Promise<void> {
    const changed = queue.then(async () => (isStopping ? undefined : await change()));
    queue = changed.catch(() => undefined);
    return changed;
  }

  /** Starts what is missing, and tries again until nothing is. */
  async function fill(): Promise<void> {
    while (isMissing()) {
      await pause(REPLACE_AFTER_MS);
      if (!isMissing()) return;
      await start().catch((error: unknown) =>
        log.error({ error: errorFields(error) }, "a process could not be started"),
      );
    }
  }

  async function replaceAll(): Promise<void> {
    for (const old of staying()) {
      if (isStopping) return;
      leaving.add(old);
      try {
        await start();
      } catch (error) {
        leaving.delete(old);
        throw error;
      }
      await stopOne(old);
    }
    await fill();
    log.info({ processes: count }, "every process was replaced");
  }

  try {
    await Promise.all(Array.from({ length: count }, start));
  } catch (error) {
    await stop();
    throw error;
  }
  cluster.on("exit", (worker, code, signal) => {
    if (leaving.delete(worker) || isStopping) return;
    log.error({ pid: worker.process.pid, code, signal }, "a process ended, and is replaced");
    void inTurn(fill);
  });
  void inTurn(fill); // one that listened may have ended before the others did
  return { port, replaceAll: () => inTurn(replaceAll), stop };
}
