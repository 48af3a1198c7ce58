import type { OutgoingEvent, UserEvent } from "./event.ts";
import type { EventStore } from "./event-store.ts";

/** The event log as an array. The other in-memory stores append to it too. */
export interface MemoryLog {
  readonly kept: UserEvent[];
  add(events: readonly OutgoingEvent[]): void;
}

/** Stores each event once, without its payload: in memory there are no handlers that need it. */
export function memoryLog(): MemoryLog {
  const kept: UserEvent[] = [];
  return {
    kept,
    add(events) {
      for (const { payload: _, ...event } of events) {
        if (!kept.some((one) => one.id === event.id || isSameEnd(one, event))) kept.push(event);
      }
    },
  };
}

const isSameEnd = (one: UserEvent, other: UserEvent) =>
  one.type === "session.revoked" &&
  other.type === "session.revoked" &&
  one.data.sessionId === other.data.sessionId;

export function memoryEventStore(log: MemoryLog): EventStore {
  return {
    async append(events) {
      log.add(events);
    },
    async find(id) {
      return log.kept.find((event) => event.id === id);
    },
    async list(userId, limit, after) {
      const own = log.kept.filter((event) => event.userId === userId);
      const start = own.findIndex(({ id }) => id === after) + 1;
      return own.slice(start, start + limit);
    },
  };
}
