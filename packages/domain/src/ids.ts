import type { Brand } from "./brand.ts";

/** UUID v7 (RFC 9562 section 5.7): rows created at about the same time are stored together. */
export type UserId = Brand<string, "UserId">;

/** UUID v7. */
export type EventId = Brand<string, "EventId">;

/**
 * UUID v8 (RFC 9562 section 5.8). Public: it lists and ends a session, and authenticates nobody.
 */
export type SessionId = Brand<string, "SessionId">;

/** Identifies a session, and the epoch that its user must still have for the session to count. */
export interface SessionRef {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly epoch: number;
}

export interface IdSource {
  userId(): UserId;
  eventId(): EventId;
}
