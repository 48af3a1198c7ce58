import { setTimeout as pause } from "node:timers/promises";

/** A timer that can be ended early. */
export interface WakeableTimer {
  /** Ends the current sleep, or the next one if nothing sleeps now. */
  wake(): void;
  sleep(ms: number): Promise<void>;
}

export function wakeableTimer(): WakeableTimer {
  let rung = Promise.withResolvers<void>();
  return {
    wake: () => rung.resolve(),
    async sleep(ms) {
      const timer = new AbortController();
      const late = pause(ms, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([late, rung.promise]);
      timer.abort();
      rung = Promise.withResolvers();
    },
  };
}
