interface PaceOptions {
  /** A network that was refused less than this long ago waits about as long. */
  readonly everyMs?: number;
  /** Maximum number of refusals that wait at once. The others are sent immediately. */
  readonly maxHeld?: number;
  /** If so many wait that more than this would be sent each second, they wait longer. */
  readonly maxPerSecond?: number;
}

/** Refusals end within this last part of their waiting time. */
const SPREAD = 0.25;
/** More networks than this are not remembered; the longest unused is forgotten. */
const MAX_NETWORKS = 10_000;

/**
 * Returns a function that waits before a refusal is sent, if the network was refused a moment ago.
 * A client that repeats at once is slowed down to its own cost, and others are not affected. The
 * first refusal is immediate.
 */
export function refusalPace({
  everyMs = 1_000,
  maxHeld = 5_000,
  maxPerSecond = 500,
}: PaceOptions = {}): (network: string | undefined) => Promise<void> {
  const refusedAt = new Map<string, number>();
  const heldOf = new Map<string, number>();
  let held = 0;
  return async (network = "unknown") => {
    const now = performance.now();
    const last = refusedAt.get(network);
    refusedAt.delete(network); // so that the map is ordered by use
    refusedAt.set(network, now);
    const [longestUnused] = refusedAt.keys();
    if (refusedAt.size > MAX_NETWORKS && longestUnused !== undefined)
      refusedAt.delete(longestUnused);
    if (last === undefined || now - last >= everyMs || held >= maxHeld) return;
    held += 1;
    const own = (heldOf.get(network) ?? 0) + 1;
    heldOf.set(network, own);
    // Callers that were refused together would come back together, and delay everybody else.
    // Each network has the same share, so one with few waits no longer because another has many.
    const longestMs = Math.max(everyMs, ((own * heldOf.size) / maxPerSecond) * 1_000);
    const waitMs = longestMs * (1 - SPREAD * Math.random());
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    held -= 1;
    const left = (heldOf.get(network) ?? 1) - 1;
    if (left > 0) heldOf.set(network, left);
    else heldOf.delete(network);
    if (refusedAt.has(network)) refusedAt.set(network, performance.now());
  };
}
