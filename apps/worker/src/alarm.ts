import { setTimeout as pause } from "node:timers/promises";

/** Sleeps that somebody else can end. */
export interface Alarm {
  /** Ends the sleep, or the next one if nobody sleeps: whoever wakes then looks for work. */
  wake(): void;
  sleep(ms: number): Promise<void>;
}

export function createAlarm(): Alarm {
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
