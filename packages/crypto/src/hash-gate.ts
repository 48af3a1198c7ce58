import { Unavailable } from "@postern/domain";

export interface HashGateOptions {
  /** Maximum number of hashes that run in parallel. At most the number of CPUs. */
  readonly atOnce: number;
  /** A hash that would wait longer than this is refused immediately. */
  readonly maxWaitMs: number;
  /** A hash that is still queued after this time is refused. Default: `maxWaitMs`. */
  readonly deadlineMs?: number;
  /** Estimated time of one hash, until some have been measured. */
  readonly expectedMs: number;
}

/** Maximum queue length, however short the hashes are. */
const MAX_WAITING = 1_000;
/** Weight of the newest measurement in the moving average. */
const NEWEST_WEIGHT = 0.1;

export interface HashGate {
  /** Throws `Unavailable` if work would be refused now. */
  admit(): void;
  /**
   * Runs `work` when its turn comes. Throws `Unavailable` immediately if the estimated wait is too
   * long, or later if the work is still queued after `deadlineMs`.
   */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/**
 * Runs a few hashes at a time. The queue is bounded by its estimated waiting time, and by
 * `MAX_WAITING` as a last resort. Work that ends after its caller has given up only takes CPU from
 * other work.
 */
export function hashGate(options: HashGateOptions): HashGate {
  const { atOnce, maxWaitMs, deadlineMs = maxWaitMs, expectedMs } = options;
  const waiting = new Set<() => void>(); // in the order of arrival
  let running = 0;
  let averageMs = expectedMs;

  const capacityError = (waitMs: number) => {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    return new Unavailable("password hashing is at capacity", { retryAfterSeconds });
  };

  function admit(): void {
    if (running < atOnce) return;
    const waitMs = ((waiting.size + 1) * averageMs) / atOnce;
    if (waitMs > maxWaitMs || waiting.size >= MAX_WAITING) throw capacityError(waitMs);
  }

  /** Waits for its turn. The estimate may be wrong if other work needs the CPUs. */
  async function acquireSlot(): Promise<void> {
    admit();
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resume, reject) => {
      const turn = () => {
        clearTimeout(deadline);
        resume(); // takes over the slot of the finished work, so `running` does not change
      };
      const deadline = setTimeout(() => {
        waiting.delete(turn);
        reject(capacityError(maxWaitMs));
      }, deadlineMs);
      waiting.add(turn);
    });
  }

  return {
    admit,

    async run(work) {
      await acquireSlot();
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        averageMs += NEWEST_WEIGHT * (performance.now() - startedAt - averageMs);
        const [next] = waiting;
        if (next) waiting.delete(next);
        if (next) next();
        else running -= 1;
      }
    },
  };
}
