import type { Brand } from "./brand.ts";

/** UUID v7 (RFC 9562 section 5.7), so that rows of one time lie together. */
export type UserId = Brand<string, "UserId">;

/** UUID v7. */
export type EventId = Brand<string, "EventId">;

/** UUID v8 (RFC 9562 section 5.8), public: for listing and ending a session. It opens nothing. */
export type SessionId = Brand<string, "SessionId">;

export interface IdSource {
  userId(): UserId;
  eventId(): EventId;
}
