import { Unavailable } from "@postern/domain";

export interface HashGateOptions {
  /** Maximum number of hashes at once. No more than there are CPUs to compute them. */
  readonly atOnce: number;
  /** A hash that would wait longer than this is refused at once. */
  readonly maxWaitMs: number;
  /** A hash that has waited this long, because the estimate was wrong, is refused then. */
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
  /** Runs `work` when its turn comes. Throws `Unavailable` at once if that would be too late. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/**
 * Runs a few hashes at a time. The queue is bounded by its estimated waiting time, not by a number:
 * work that ends after its caller has given up only takes CPU from the others.
 */
export function hashGate(options: HashGateOptions): HashGate {
  const { atOnce, maxWaitMs, deadlineMs = maxWaitMs, expectedMs } = options;
  const waiting = new Set<() => void>(); // in the order of arrival
  let running = 0;
  let averageMs = expectedMs;

  const atCapacity = (waitMs: number) => {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    return new Unavailable("password hashing is at capacity", { retryAfterSeconds });
  };

  function admit(): void {
    if (running < atOnce) return;
    const waitMs = ((waiting.size + 1) * averageMs) / atOnce;
    if (waitMs > maxWaitMs || waiting.size >= MAX_WAITING) throw atCapacity(waitMs);
  }

  /** Waits for its turn. The estimate may be wrong if other work needs the CPUs. */
  async function place(): Promise<void> {
    admit();
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resume, reject) => {
      const turn = () => {
        clearTimeout(deadline);
        resume(); // the next one takes over the place
      };
      const deadline = setTimeout(() => {
        waiting.delete(turn);
        reject(atCapacity(maxWaitMs));
      }, deadlineMs);
      waiting.add(turn);
    });
  }

  return {
    admit,

    async run(work) {
      await place();
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
