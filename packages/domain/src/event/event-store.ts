import type { UserId } from "../ids.ts";
import type { OutgoingEvent, UserEvent } from "./event.ts";

/** The append-only log of what happened, for events that change no user row. */
export interface EventStore {
  /** Keeps all of them or none. An event whose id is kept already is not kept again, nor a session's end. */
  append(events: readonly OutgoingEvent[]): Promise<void>;
  find(id: UserEvent["id"]): Promise<UserEvent | undefined>;
  /** The user's events, oldest first; the first `limit` of them, or of those after `after`. */
  list(userId: UserId, limit: number, after?: UserEvent["id"]): Promise<readonly UserEvent[]>;
}
