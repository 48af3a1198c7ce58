import type { Brand } from "./brand.ts";
import type { EventId } from "./event/event.ts";
import type { SessionId } from "./session/session.ts";

/** UUID v7 (RFC 9562 section 5.7), so that rows of one time lie together. */
export type UserId = Brand<string, "UserId">;

/** Makes ids. Users and events get a UUID v7, sessions a v4, which tells nobody when they began. */
export interface IdSource {
  userId(): UserId;
  eventId(): EventId;
  sessionId(): SessionId;
}
