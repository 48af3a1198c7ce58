import { Unavailable } from "@postern/domain";

export interface HashGateOptions {
  /** Hashes under way at once; no more than there are CPUs to compute them. */
  readonly atOnce: number;
  /** A hash that would wait longer than this is refused at once. */
  readonly maxWaitMs: number;
  /** How long one hash is thought to take, until some have been measured. */
  readonly expectedMs: number;
}

/** However short the hashes are, never more than this many wait. */
const MAX_WAITING = 1_000;
/** How much the newest measurement counts in the moving average. */
const NEWEST_WEIGHT = 0.1;

export interface HashGate {
  /** Runs `work` when its turn comes, or throws `Unavailable` at once if that would be too late. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
}

/**
 * Lets hashes through a few at a time. The queue is bounded by the time it stands for, not by a
 * number: work that would be finished after its caller has given up keeps the CPUs from the rest.
 */
export function hashGate({ atOnce, maxWaitMs, expectedMs }: HashGateOptions): HashGate {
  const waiting: (() => void)[] = [];
  let running = 0;
  let averageMs = expectedMs;

  function refuseIfLate(): void {
    const waitMs = running < atOnce ? 0 : ((waiting.length + 1) * averageMs) / atOnce;
    if (waitMs <= maxWaitMs && waiting.length < MAX_WAITING) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    throw new Unavailable("password hashing is at capacity", { retryAfterSeconds });
  }

  return {
    async run(work) {
      refuseIfLate();
      if (running < atOnce) running += 1;
      else await new Promise<void>((resume) => waiting.push(resume)); // inherits the place it is given
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        averageMs += NEWEST_WEIGHT * (performance.now() - startedAt - averageMs);
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
