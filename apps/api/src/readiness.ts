import type { AskReadiness, Readiness } from "@postern/http";

/**
 * A store, and how to ask it. `ping` throws if the store does not answer, and `probeWrite` if it
 * takes no writes.
 */
export interface AskedStore {
  readonly name: string;
  /** Whether session checks need this store. */
  readonly hasSessions: boolean;
  ping(): Promise<void>;
  probeWrite(): Promise<void>;
  /** Returns what is wrong with a store that works. */
  warning?(): Promise<string | undefined>;
}

/** Anybody may ask, so an answer serves all who ask within this time. */
const KEPT_MS = 500;

const succeeds = (asked: Promise<void>) =>
  asked.then(
    () => true,
    () => false,
  );

/** Asks all stores at once. Without `writes`, every store that answers counts as writable. */
async function ask(stores: readonly AskedStore[], writes: boolean): Promise<Readiness> {
  const found = await Promise.all(
    stores.map(async ({ name, hasSessions, ping, probeWrite, warning }) => {
      const isReachable = await succeeds(ping());
      const isWritable = isReachable && (!writes || (await succeeds(probeWrite())));
      const warningNow = isReachable ? await warning?.().catch(() => undefined) : undefined;
      return { name, hasSessions, isReachable, isWritable, warningNow };
    }),
  );
  return {
    canCheckSessions: found.every(({ hasSessions, isReachable }) => isReachable || !hasSessions),
    canWrite: found.every(({ isWritable }) => isWritable),
    failing: found.flatMap(({ name, isReachable, isWritable, warningNow }) => {
      if (!isReachable) return [name];
      const faults = [
        ...(isWritable ? [] : ["takes no writes"]),
        ...(warningNow ? [warningNow] : []),
      ];
      return faults.map((fault) => `${name} ${fault}`);
    }),
  };
}

/** Asks the stores at most twice a second with writes, and twice without, whoever asks us. */
export function readinessOf(stores: readonly AskedStore[]): AskReadiness {
  const kept = new Map<boolean, { readonly until: number; readonly answer: Promise<Readiness> }>();
  return async ({ writes }) => {
    const now = performance.now();
    const last = kept.get(writes);
    if (last && now < last.until) return await last.answer;
    const answer = ask(stores, writes);
    kept.set(writes, { until: now + KEPT_MS, answer });
    return await answer;
  };
}
