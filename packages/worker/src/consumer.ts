import { setTimeout as pause } from "node:timers/promises";
import { Unavailable } from "@postern/domain";
import type { Job, PgBoss } from "pg-boss";
import { wakeableTimer } from "./wakeable-timer.ts";

/** How the handling of a job ended. */
export type Outcome =
  | { readonly status: "completed" }
  | {
      readonly status: "failed";
      /** Stored with the job, so only what may be logged. */
      readonly output: object;
      /** When to retry. Default: the queue's own retries. */
      readonly retryAt?: Date;
    };

interface ConsumerOptions<Data> {
  readonly boss: PgBoss;
  readonly queue: string;
  readonly atOnce: number;
  /** A running job delays the next one by at most this long. Default 0: they run in parallel. */
  readonly staggerMs?: number | undefined;
  /** Maximum number of running jobs of one group. Default: no maximum. */
  readonly perGroup?: number | undefined;
  readonly perform: (job: Job<Data>) => Promise<Outcome>;
  /**
   * Called after the queue has stored that the job is completed, to clean up. Not called if the job
   * may run again.
   */
  readonly onCompleted?: (job: Job<Data>) => Promise<void>;
  readonly onFault: (error: unknown, during: string) => void;
  /** Called before each fetch. Default: always true. */
  readonly mayFetch?: () => boolean;
  /** How often the queue is polled if no signal arrives. */
  readonly pollMs?: number;
}

export interface Consumer {
  /** Fetches at once, because there may be jobs. */
  wake(): void;
  /** Finishes running jobs, and gives back those that take too long. */
  stop(): Promise<void>;
}

/** An attempt at a job, as pg-boss identifies it, and its start. */
interface Running {
  readonly id: string;
  readonly retryCount: number;
  readonly startedAt: number;
}

const POLL_MS = 1_000;
const AFTER_FAULT_MS = 500;
/** Short enough that two heartbeats may be lost before the job is taken over. */
const BEAT_EVERY_MS = 3_000;
/** Less than the 30 seconds that service managers usually wait before they kill a process. */
const STOP_WITHIN_MS = 25_000;

/**
 * Handles up to `atOnce` jobs of a queue at a time. Each job is completed as soon as its handler is
 * done, so a slow job occupies only its own slot.
 */
export function startConsumer<Data>(options: ConsumerOptions<Data>): Consumer {
  const { boss, queue, atOnce, staggerMs = 0, pollMs = POLL_MS, perform, onFault } = options;
  const { mayFetch = () => true, perGroup: groupConcurrency } = options;
  const running = new Map<string, Running>();
  const stopping = new AbortController();
  let mayHaveMore = false;
  const { wake, sleep } = wakeableTimer();

  /** Returns for how long the youngest job still delays the next one. */
  function staggeredMs(): number {
    const youngest = Math.max(...[...running.values()].map(({ startedAt }) => startedAt));
    return youngest + staggerMs - performance.now();
  }

  async function fetchSome(): Promise<number> {
    const most = staggerMs > 0 ? 1 : atOnce;
    const free = Math.min(most, atOnce - running.size);
    if (free <= 0 || staggeredMs() > 0 || !mayFetch()) return 0;
    const jobs = await boss.fetch<Data>(queue, {
      batchSize: free,
      ...(groupConcurrency && { groupConcurrency }),
    });
    mayHaveMore = jobs.length === free;
    for (const job of jobs) void handle(job);
    return jobs.length;
  }

  function waitMs(): number {
    const ms = staggeredMs();
    return ms > 0 && running.size < atOnce ? Math.min(ms, pollMs) : pollMs;
  }

  async function handle(job: Job<Data>): Promise<void> {
    const { id, retryCount } = job;
    // By attempt: a job that was taken from us, because we seemed dead, may come back to us.
    const key = `${id} ${retryCount}`;
    running.set(key, { id, retryCount, startedAt: performance.now() });
    const outcome = await perform(job).catch((error: unknown): Outcome => {
      onFault(error, queue);
      return { status: "failed", output: {} };
    });
    const isStored = await settle(key, outcome);
    running.delete(key);
    if (isStored && outcome.status === "completed")
      await options.onCompleted?.(job).catch((error: unknown) => onFault(error, queue));
    if (mayHaveMore || stopping.signal.aborted) wake();
  }

  /**
   * Stores the outcome in the queue, and returns whether it did. Retries while the queue is
   * unavailable, because the side effect of a job that is not completed would be repeated. Gives up
   * if the queue refuses the outcome twice, or when `stop` has given the job back.
   */
  async function settle(key: string, outcome: Outcome): Promise<boolean> {
    let isRefused = false;
    for (let attempt = running.get(key); attempt; attempt = running.get(key)) {
      // With its retry count, so that the queue ignores the call if the job is at another attempt.
      const { id } = attempt;
      try {
        if (outcome.status === "completed") await boss.complete(queue, attempt);
        else {
          await boss.fail(queue, attempt, isRefused ? {} : outcome.output);
          if (outcome.retryAt)
            await boss.update(queue, undefined, { id, startAfter: outcome.retryAt });
        }
        return true;
      } catch (error) {
        onFault(error, queue);
        if (isRefused) return false; // its heartbeats stop, and another worker takes it over
        isRefused = !(error instanceof Unavailable);
        await pause(AFTER_FAULT_MS);
      }
    }
    return false;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if ((await fetchSome()) === 0) await sleep(waitMs());
      } catch (error) {
        onFault(error, queue);
        await sleep(AFTER_FAULT_MS);
      }
    }
  }

  const attempts = () => [...running.values()];
  const beat = setInterval(() => {
    if (running.size === 0) return;
    boss.touch(queue, attempts()).catch((error: unknown) => onFault(error, queue));
  }, BEAT_EVERY_MS);
  const looping = run();

  return {
    wake,
    async stop() {
      stopping.abort();
      wake();
      await looping;
      const deadline = performance.now() + STOP_WITHIN_MS;
      while (running.size > 0 && performance.now() < deadline)
        await sleep(deadline - performance.now());
      clearInterval(beat);
      if (running.size === 0) return;
      const unfinished = attempts();
      running.clear();
      await boss.fail(queue, unfinished, { message: "the worker stopped before it was done" });
    },
  };
}
