import type { Clock } from "../clock.ts";
import type { Place, RateLimiter } from "./rate-limiter.ts";

interface Window {
  taken: number;
  readonly endsAt: number;
}

/** Windows in a map. For tests: windows that have ended stay in memory. */
export function memoryRateLimiter(clock: Clock): RateLimiter {
  const windows = new Map<string, Window>();
  const windowOf = ({ name, key, limit }: Place): Window => {
    const nowMs = clock.now().getTime();
    const found = windows.get(`${name} ${key}`);
    if (found && found.endsAt > nowMs) return found;
    const fresh = { taken: 0, endsAt: nowMs + limit.windowSeconds * 1000 };
    windows.set(`${name} ${key}`, fresh);
    return fresh;
  };
  return {
    async take(place) {
      const window = windowOf(place);
      if (window.taken >= place.limit.places) return window.endsAt - clock.now().getTime();
      window.taken += 1;
      return undefined;
    },
    async giveBack(place) {
      const window = windowOf(place);
      window.taken = Math.max(0, window.taken - 1);
    },
    async clear({ name, key }) {
      windows.delete(`${name} ${key}`);
    },
  };
}
