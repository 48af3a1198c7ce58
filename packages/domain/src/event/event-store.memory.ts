import type { UserEvent } from "./event.ts";
import type { EventStore } from "./event-store.ts";

/** The event log as an array, which the in-memory user store writes to as well. */
export function memoryEventStore(log: UserEvent[]): EventStore {
  return {
    async append(events) {
      log.push(...events.filter(({ id }) => log.every((kept) => kept.id !== id)));
    },
    async find(id) {
      return log.find((event) => event.id === id);
    },
    async list(userId, limit) {
      return log.filter((event) => event.userId === userId).slice(0, limit);
    },
  };
}
