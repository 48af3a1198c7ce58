import { setTimeout as delay } from "node:timers/promises";
import { type SessionHistories, type SessionHistory, Unavailable } from "@postern/domain";

/** The history of Redis whose answers count for a partition, and where its sessions are. */
export interface Lease {
  readonly history: string;
  readonly source: string;
  readonly generation: number;
  /** On the monotonic clock, before Postgres was asked. */
  readonly readAtMs: number;
}

/**
 * Keeps sessions ended when Redis forgets: an answer of Redis counts only under the history that
 * Postgres names. `docs/decisions` has the rule and the faults that it stands.
 */
export interface Fence {
  /** Returns the lease at once if it is fresh. Throws `Unavailable` if no history counts now. */
  leaseOf(partition: number): Lease | Promise<Lease>;
  /**
   * Waits until a revocation that Redis applies under this lease may be acknowledged: Postgres
   * still names the history, and no process accepts an earlier one. Call it after the commit.
   */
  acknowledge<T>(partition: number, lease: Lease, applied: Promise<T>): Promise<T>;
  /** Redis answered under another history: what is known is outdated. */
  refused(): void;
}

/** How long a process may use what it read. Counted from before the query. */
export const LEASE_MS = 3_000;
const RENEW_EVERY_MS = 1_000;
const READ_LIMIT_MS = 1_000;
/** A revocation waits so long for the leases of an earlier history to run out. */
const MAX_UNSETTLED_MS = 5_000;
const ASK_EVERY_MS = 200;
/**
 * Far less than the age of a mark's position, so that a mark covers only revocations whose request
 * has ended, even if its process was frozen.
 */
const MAX_ACKNOWLEDGEMENT_MS = 20_000;

/** In place of a history: scripts then skip the test. */
export const OFF = "off";

/** No fence: sessions that have ended come back if Redis loses writes. */
export const noFence: Fence = {
  leaseOf: () => ({ history: OFF, source: OFF, generation: 0, readAtMs: 0 }),
  acknowledge: (_partition, _lease, applied) => applied,
  refused: () => undefined,
};

interface Reading {
  readonly readAtMs: number;
  readonly partitions: readonly SessionHistory[];
}

interface FenceOptions {
  /**
   * Whether checks go on with the history that was read last while Postgres is away, when nothing
   * can be revoked either. Default: true.
   */
  readonly goesOnWithoutPostgres?: boolean;
  /** Called when no history counts, or Redis answered under another one. */
  readonly onRefused?: () => void;
}

/** Leases the histories from Postgres. It has no timer: a use that finds an older lease renews. */
export function sessionFence(
  histories: Pick<SessionHistories, "read">,
  { goesOnWithoutPostgres = true, onRefused = () => undefined }: FenceOptions = {},
): Fence {
  let known: Reading | undefined;
  let current: Promise<Reading> | undefined;
  let next: Promise<Reading> | undefined;
  let startedAtMs = -Infinity;
  let failedAtMs = -Infinity;
  let isOutdated = false;

  function read(): Promise<Reading> {
    const readAtMs = performance.now();
    startedAtMs = readAtMs;
    isOutdated = false;
    current = withinLimit(histories.read())
      .then(({ partitions }) => (known = { readAtMs, partitions }))
      .catch((error: unknown) => {
        failedAtMs = readAtMs;
        throw new Unavailable("Postgres does not say which history of Redis counts", {
          cause: error,
        });
      })
      .finally(() => (current = undefined));
    return current;
  }

  /** A read that begins after this call: one for all calls that wait. */
  function readAfresh(): Promise<Reading> {
    next ??= (current ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return read();
      });
    return next;
  }

  function renew(): void {
    if (current || performance.now() - startedAtMs < RENEW_EVERY_MS) return;
    read().catch(() => undefined); // whoever needs it asks again
  }

  function leaseIn({ readAtMs, partitions }: Reading, partition: number): Lease | undefined {
    const { history, source, generation } = partitions[partition] ?? {};
    if (history === undefined || source === undefined || generation === undefined) return undefined;
    return { history, source, generation, readAtMs };
  }

  async function leaseAfterReading(partition: number): Promise<Lease> {
    const reading = await (current ?? read()).catch((error: unknown) => {
      if (known && goesOnWithoutPostgres) return known;
      throw error;
    });
    const lease = leaseIn(reading, partition);
    if (lease) return lease;
    onRefused();
    throw new Unavailable("no history of Redis counts yet");
  }

  return {
    leaseOf(partition) {
      const nowMs = performance.now();
      const isFresh = known !== undefined && nowMs - known.readAtMs < LEASE_MS;
      // Postgres is away: an attempt failed that began within the time of a lease.
      const isAway = nowMs - failedAtMs < LEASE_MS;
      if (known && !isOutdated && (isFresh || (isAway && goesOnWithoutPostgres))) {
        const lease = leaseIn(known, partition);
        renew();
        if (lease) return lease;
      }
      return leaseAfterReading(partition);
    },

    async acknowledge(partition, lease, applied) {
      const startedMs = performance.now();
      const isLate = () => performance.now() - lease.readAtMs > MAX_ACKNOWLEDGEMENT_MS;
      async function confirm(): Promise<void> {
        for (;;) {
          const { partitions } = await readAfresh();
          const named = partitions[partition];
          if (named?.history !== lease.history || named.generation !== lease.generation)
            throw new Unavailable("Redis has another history since");
          if (named.isSettled) return;
          if (performance.now() - startedMs > MAX_UNSETTLED_MS)
            throw new Unavailable("an earlier history of Redis may still count somewhere");
          await delay(ASK_EVERY_MS);
        }
      }
      if (isLate()) throw new Unavailable("the history of Redis was read too long ago");
      const [value] = await Promise.all([applied, confirm()]);
      if (isLate()) throw new Unavailable("this process was frozen meanwhile");
      return value;
    },

    refused() {
      isOutdated = true;
      onRefused();
    },
  };
}

async function withinLimit<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Postgres did not answer in time")), READ_LIMIT_MS);
  });
  try {
    return await Promise.race([reading, limit]);
  } finally {
    clearTimeout(timer);
  }
}
