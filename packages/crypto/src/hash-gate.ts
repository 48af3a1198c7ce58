import { type HashingShare, Unavailable } from "@postern/domain";
import { fairQueue, type Waiting } from "./fair-queue.ts";

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
  /**
   * Keeps a place until `run` with this share, or `leave`. Throws `Unavailable` if work of this
   * share would be refused now.
   */
  admit(share: HashingShare): void;
  leave(share: HashingShare): void;
  /**
   * Runs `work` when its turn comes. Throws `Unavailable` immediately if the estimated wait is too
   * long, or later if the work is still queued after `deadlineMs`.
   */
  run<Value>(work: () => Promise<Value>, share?: HashingShare): Promise<Value>;
}

interface Turn extends Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

/** Callers without a network, such as an app that has no limits, count as one network. */
const toWaiting = ({ network = "", isKnownDevice = false }: HashingShare = {}): Waiting => ({
  network,
  isFirst: isKnownDevice,
});

/**
 * Runs a few hashes at a time. The queue is bounded by its estimated waiting time, and by
 * `MAX_WAITING` as a last resort. Networks take turns, so one that sends many hashes delays mostly
 * its own. The wait is bounded because a hash whose caller has given up wastes CPU.
 */
export function hashGate(options: HashGateOptions): HashGate {
  const { atOnce, maxWaitMs, deadlineMs = maxWaitMs, expectedMs } = options;
  const queue = fairQueue<Turn>();
  /** Work that was admitted and has not come yet. It counts as if it were in the queue. */
  const expected = fairQueue<Waiting>();
  const expectedOf = new Map<HashingShare, Waiting>();
  /** One for each wait, in seconds: recording a stack costs more than the rest of a refusal. */
  const errors = new Map<number, Unavailable>();
  let running = 0;
  let averageMs = expectedMs;

  function capacityError(waitMs: number): Unavailable {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    const made = errors.get(retryAfterSeconds);
    if (made) return made;
    const message = "password hashing is at capacity";
    const error = new Unavailable(message, { retryAfterSeconds, isCapacity: true });
    errors.set(retryAfterSeconds, error);
    return error;
  }

  function refuseBeyondCapacity(waiting: Waiting): void {
    if (running + expected.size() < atOnce) return;
    const free = atOnce - running;
    const ahead = queue.ahead(waiting) + Math.max(0, expected.ahead(waiting) - free);
    const waitMs = ((ahead + 1) * averageMs) / atOnce;
    if (waitMs > maxWaitMs) throw capacityError(waitMs);
    const isFull = queue.size() >= MAX_WAITING;
    if (isFull && queue.longestBeyond(waiting) === undefined) throw capacityError(waitMs);
  }

  function admit(share: HashingShare): void {
    const waiting = toWaiting(share);
    refuseBeyondCapacity(waiting);
    expected.add(waiting);
    expectedOf.set(share, waiting);
  }

  function leave(share: HashingShare): void {
    const waiting = expectedOf.get(share);
    if (!waiting) return;
    expectedOf.delete(share);
    expected.remove(waiting);
  }

  /** If the queue is full, refuses the newest hash of the network with the most. */
  function makeRoom(share: HashingShare | undefined): void {
    const longest = queue.size() < MAX_WAITING ? undefined : queue.longestBeyond(toWaiting(share));
    if (longest !== undefined) queue.dropNewest(longest)?.refuse();
  }

  /** Waits for its turn. The estimate may be wrong if other work needs the CPUs. */
  async function acquireSlot(share: HashingShare | undefined): Promise<void> {
    if (share && expectedOf.has(share)) leave(share);
    else refuseBeyondCapacity(toWaiting(share));
    if (running < atOnce) {
      running += 1;
      return;
    }
    makeRoom(share);
    await new Promise<void>((resume, reject) => {
      const refuse = () => {
        clearTimeout(deadline);
        reject(capacityError(maxWaitMs));
      };
      const start = () => {
        clearTimeout(deadline);
        resume(); // takes over the slot of the finished work, so `running` does not change
      };
      const turn: Turn = { ...toWaiting(share), start, refuse };
      const deadline = setTimeout(() => {
        queue.remove(turn);
        refuse();
      }, deadlineMs);
      queue.add(turn);
    });
  }

  return {
    admit,
    leave,

    async run(work, share) {
      await acquireSlot(share);
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        averageMs += NEWEST_WEIGHT * (performance.now() - startedAt - averageMs);
        const next = queue.next();
        if (next) next.start();
        else running -= 1;
      }
    },
  };
}
