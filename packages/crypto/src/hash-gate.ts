import { Unavailable } from "@postern/domain";

export interface HashGateOptions {
  /** Hashes under way at once; no more than there are CPUs to compute them. */
  readonly atOnce: number;
  /** A hash that would wait longer than this is refused at once. */
  readonly maxWaitMs: number;
  /** One that has waited this long, because the reckoning was wrong, is refused then. */
  readonly deadlineMs?: number;
  /** How long one hash is thought to take, until some have been measured. */
  readonly expectedMs: number;
}

/** However short the hashes are, never more than this many wait. */
const MAX_WAITING = 1_000;
/** How much the newest measurement counts in the moving average. */
const NEWEST_WEIGHT = 0.1;

export interface HashGate {
  /** Throws `Unavailable` if work would be refused now. */
  admit(): void;
  /** Runs `work` when its turn comes, or throws `Unavailable` at once if that would be too late. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/**
 * Lets hashes through a few at a time. The queue is bounded by the time it stands for, not by a
 * number: work that would be finished after its caller has given up keeps the CPUs from the rest.
 */
export function hashGate(options: HashGateOptions): HashGate {
  const { atOnce, maxWaitMs, deadlineMs = maxWaitMs, expectedMs } = options;
  const waiting = new Set<() => void>(); // in the order they came
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

  /** Waits for its turn; what was reckoned may be wrong, if the CPUs are wanted for something else. */
  async function place(): Promise<void> {
    admit();
    if (running < atOnce) {
      running += 1;
      return;
    }
    await new Promise<void>((resume, reject) => {
      const turn = () => {
        clearTimeout(deadline);
        resume(); // it inherits the place it is given
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
