import { setTimeout as pause } from "node:timers/promises";
import type { FetchOptions, Job, PgBoss } from "pg-boss";
import { createAlarm } from "./alarm.ts";

/** How the handling of a job ended. */
export type Outcome =
  | { readonly status: "completed" }
  | {
      readonly status: "failed";
      /** Kept with the job, so only what may be logged. */
      readonly output: object;
      /** When to try again; by the queue's own retries, if not given. */
      readonly retryAt?: Date;
    };

interface ConsumerOptions<Data> {
  readonly boss: PgBoss;
  readonly queue: string;
  readonly atOnce: number;
  /** The next job begins when the one before has ended, or has taken this long. At once, if not given. */
  readonly staggerMs?: number | undefined;
  readonly perform: (job: Job<Data>) => Promise<Outcome>;
  readonly onFault: (error: unknown, during: string) => void;
  /** Which jobs may be fetched now; all, if not given. */
  readonly fetching?: () => Promise<Pick<FetchOptions, "groupConcurrency" | "ignoreGroups">>;
}

export interface Consumer {
  /** There may be jobs: looks at once. */
  wake(): void;
  /** Finishes what is under way, and gives back what takes too long. */
  stop(): Promise<void>;
}

/** How often it looks although nobody has signalled anything. */
const POLL_MS = 1_000;
const AFTER_FAULT_MS = 500;
/** Often enough that two may be lost before the job is taken for a dead worker's. */
const BEAT_EVERY_MS = 3_000;
const STOP_WITHIN_MS = 10_000;

/**
 * Handles a queue's jobs, each in a slot of its own: one that takes long holds up no other, and each
 * is done in the queue as soon as it is done in the world.
 */
export function startConsumer<Data>(options: ConsumerOptions<Data>): Consumer {
  const { boss, queue, atOnce, staggerMs = 0, perform, onFault } = options;
  const running = new Map<string, Job<Data> & { readonly startedAt: number }>();
  const stopping = new AbortController();
  let mayHaveMore = false;
  const { wake, sleep } = createAlarm();

  /** For how long the youngest job still keeps the next one waiting. */
  function staggeredMs(): number {
    const youngest = Math.max(...[...running.values()].map(({ startedAt }) => startedAt));
    return youngest + staggerMs - performance.now();
  }

  async function fetchSome(): Promise<number> {
    const most = staggerMs > 0 ? 1 : atOnce;
    const free = Math.min(most, atOnce - running.size);
    if (free <= 0 || staggeredMs() > 0) return 0;
    const jobs = await boss.fetch<Data>(queue, {
      batchSize: free,
      ...(await options.fetching?.()),
    });
    mayHaveMore = jobs.length === free || options.fetching !== undefined;
    for (const job of jobs) void handle(job);
    return jobs.length;
  }

  const waitMs = () => (staggeredMs() > 0 && running.size < atOnce ? staggeredMs() : POLL_MS);

  async function handle(job: Job<Data>): Promise<void> {
    running.set(job.id, { ...job, startedAt: performance.now() });
    const outcome = await perform(job).catch((error: unknown): Outcome => {
      onFault(error, queue);
      return { status: "failed", output: {} };
    });
    await settle(job, outcome);
    running.delete(job.id);
    if (mayHaveMore || stopping.signal.aborted) wake();
  }

  /** Tries until the queue knows: an effect whose job is not done would be had again. */
  async function settle({ id, retryCount }: Job<Data>, outcome: Outcome): Promise<void> {
    const attempt = { id, retryCount }; // a job that was taken over meanwhile is somebody else's
    while (running.has(id)) {
      try {
        if (outcome.status === "completed") await boss.complete(queue, attempt);
        else {
          await boss.fail(queue, attempt, outcome.output);
          if (outcome.retryAt)
            await boss.update(queue, undefined, { id, startAfter: outcome.retryAt });
        }
        return;
      } catch (error) {
        onFault(error, queue);
        await pause(AFTER_FAULT_MS);
      }
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if ((await fetchSome()) === 0) await sleep(Math.min(POLL_MS, waitMs()));
      } catch (error) {
        onFault(error, queue);
        await sleep(AFTER_FAULT_MS);
      }
    }
  }

  const attempts = () => [...running.values()].map(({ id, retryCount }) => ({ id, retryCount }));
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
