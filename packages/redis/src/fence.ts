import { setTimeout as delay } from "node:timers/promises";
import {
  type RevocationNote,
  type SessionHistories,
  type SessionHistory,
  Unavailable,
} from "@postern/domain";

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
   * Waits until a revocation that Redis applies under this lease may be acknowledged: it is noted,
   * Postgres names the history afterwards, and no process accepts an earlier one. Call it after the
   * commit of the revocation.
   */
  acknowledge<T>(
    partition: number,
    lease: Lease,
    note: RevocationNote,
    applied: Promise<T>,
  ): Promise<T>;
  /** Redis answered under another history: what is known is outdated. */
  refused(): void;
}

/** How long a process may use what it read. Counted from before the query. */
export const LEASE_MS = 3_000;
export const RENEW_EVERY_MS = 1_000;
const MIN_PAUSE_MS = 100;
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
  acknowledge: (_partition, _lease, _note, applied) => applied,
  refused: () => undefined,
};

interface Reading {
  readonly readAtMs: number;
  readonly partitions: readonly SessionHistory[];
  /** Of each partition. `undefined`: no history counts. */
  readonly leases: readonly (Lease | undefined)[];
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

/** The fence of a process. */
export interface LeasingFence extends Fence {
  /** Reads the histories again, if the last time is a while ago. Uses do it too. */
  renew(): void;
}

/** Leases the histories from Postgres. It has no timer. */
export function sessionFence(
  histories: Pick<SessionHistories, "note" | "read">,
  { goesOnWithoutPostgres = true, onRefused = () => undefined }: FenceOptions = {},
): LeasingFence {
  let known: Reading | undefined;
  let current: Promise<Reading> | undefined;
  let soon: Promise<Reading> | undefined;
  let startedAtMs = -Infinity;
  /** Until then `known` may be used. */
  let usableUntilMs = -Infinity;
  let isOutdated = false;
  const confirmed = inTurns<RevocationNote, Reading>(async (notes) => {
    await histories.note(notes);
    await current?.catch(() => undefined);
    return await read(); // it begins after the notes were committed
  });

  function read(): Promise<Reading> {
    const readAtMs = performance.now();
    startedAtMs = readAtMs;
    isOutdated = false;
    const reading = withinLimit(histories.read())
      .then(({ partitions }) => {
        const leases = partitions.map((named) => toLease(named, readAtMs));
        const found = { readAtMs, partitions, leases };
        if (known && known.readAtMs > readAtMs) return found; // a later read was quicker
        usableUntilMs = readAtMs + LEASE_MS;
        known = found;
        return found;
      })
      .catch((error: unknown) => {
        // Postgres is away. An unbroken chain of attempts, each within the lease of the one before,
        // tells that this process was not frozen meanwhile.
        if (goesOnWithoutPostgres && readAtMs < usableUntilMs) usableUntilMs = readAtMs + LEASE_MS;
        throw new Unavailable("Postgres does not say which history of Redis counts", {
          cause: error,
        });
      })
      .finally(() => {
        if (current === reading) current = undefined;
      });
    current = reading;
    return reading;
  }

  /** One read for all callers. What is refused again and again does not ask Postgres as often. */
  function readSoon(): Promise<Reading> {
    const pauseMs = startedAtMs + MIN_PAUSE_MS - performance.now();
    soon ??= (current || pauseMs <= 0 ? Promise.resolve() : delay(pauseMs))
      .then(() => current ?? read())
      .finally(() => (soon = undefined));
    return soon;
  }

  function renew(nowMs = performance.now()): void {
    if (current || nowMs - startedAtMs < RENEW_EVERY_MS) return;
    read().catch(() => undefined); // a use that needs it asks again
  }

  async function leaseAfterReading(partition: number): Promise<Lease> {
    const reading = await readSoon().catch((error: unknown) => {
      if (known && performance.now() < usableUntilMs) return known;
      throw error;
    });
    if (performance.now() >= usableUntilMs)
      throw new Unavailable("this process was frozen since it asked Postgres");
    const lease = reading.leases[partition];
    if (lease) return lease;
    onRefused();
    throw new Unavailable("no history of Redis counts yet");
  }

  return {
    renew: () => renew(),

    leaseOf(partition) {
      const nowMs = performance.now();
      const isUsable = known && !isOutdated && nowMs < usableUntilMs;
      const lease = isUsable ? known?.leases[partition] : undefined;
      if (!lease) return leaseAfterReading(partition);
      renew(nowMs);
      return lease;
    },

    async acknowledge(partition, lease, note, applied) {
      applied.catch(() => undefined); // below it may be too late to listen
      const startedMs = performance.now();
      const isLate = () => performance.now() - lease.readAtMs > MAX_ACKNOWLEDGEMENT_MS;
      async function confirm(): Promise<void> {
        let { partitions } = await confirmed(note);
        for (;;) {
          const named = partitions[partition];
          if (named?.history !== lease.history || named.generation !== lease.generation)
            throw new Unavailable("Redis has another history since");
          if (named.isSettled) return;
          if (performance.now() - startedMs > MAX_UNSETTLED_MS)
            throw new Unavailable("an earlier history of Redis may still count somewhere");
          await delay(ASK_EVERY_MS);
          ({ partitions } = await (current ?? read()));
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

/**
 * Runs one call at a time. What is asked for meanwhile shares the next call, so that the number of
 * calls does not grow with the number of callers.
 */
function inTurns<Input, Output>(call: (inputs: readonly Input[]) => Promise<Output>) {
  let waiting: Input[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Output> | undefined;
  return (input: Input): Promise<Output> => {
    waiting.push(input);
    if (next) return next;
    next = running
      .catch(() => undefined)
      .then(() => {
        const inputs = waiting;
        waiting = [];
        next = undefined;
        return call(inputs);
      });
    running = next;
    return next;
  };
}

function toLease(
  { history, source, generation }: SessionHistory,
  readAtMs: number,
): Lease | undefined {
  if (history === undefined || source === undefined) return undefined;
  return { history, source, generation, readAtMs };
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
