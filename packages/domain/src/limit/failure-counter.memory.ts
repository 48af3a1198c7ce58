import type { UserId } from "../ids.ts";
import type { FailureCounter } from "./failure-counter.ts";

interface Counter {
  failures: number;
  userId: UserId | undefined;
}

/** Counters in a map. */
export function memoryFailureCounter(): FailureCounter {
  const counters = new Map<string, Counter>();
  const of = (userId: UserId) => [...counters.values()].filter((one) => one.userId === userId);
  return {
    async reserve(key, cap, userId) {
      const counter = counters.get(key) ?? { failures: 0, userId };
      if (counter.failures >= cap) return false;
      counter.failures += 1;
      counter.userId = userId ?? counter.userId;
      counters.set(key, counter);
      return true;
    },
    async release(key) {
      const counter = counters.get(key);
      if (counter && counter.failures > 0) counter.failures -= 1;
    },
    async reset(key) {
      counters.delete(key);
    },
    async resetUser(userId) {
      for (const [key, counter] of counters) if (counter.userId === userId) counters.delete(key);
    },
    list: async (userId) => of(userId).map(({ failures }) => failures),
  };
}
