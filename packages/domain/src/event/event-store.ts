import type { UserId } from "../ids.ts";
import type { OutgoingEvent, UserEvent } from "./event.ts";

/**
 * The append-only log of events. `append` is for events without a change of stored data: the stores
 * append the others together with the change.
 */
export interface EventStore {
  /**
   * Appends all of the events or none. An event whose id is stored is not stored again, and neither
   * is a second end of the same session.
   */
  append(events: readonly OutgoingEvent[]): Promise<void>;
  find(id: UserEvent["id"]): Promise<UserEvent | undefined>;
  /** Returns the user's events, the oldest first: the first `limit` that follow `after`. */
  list(userId: UserId, limit: number, after?: UserEvent["id"]): Promise<readonly UserEvent[]>;
}
