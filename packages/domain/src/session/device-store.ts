import type { EventId, UserId } from "../ids.ts";

/**
 * What kind of sight this was: the user's first device at all, one more, or one that had been seen
 * before. Of a user who is gone there is nothing to see.
 */
export type DeviceSight = "first" | "new" | "known";

/** The devices that users have logged in with. */
export interface DeviceStore {
  /**
   * Remembers that `device` was seen, and with which log-in first. Asked again about the same log-in,
   * it gives the same answer.
   */
  see(userId: UserId, device: string, eventId: EventId): Promise<DeviceSight>;
  /** Every device that the user was seen with, in the order of their names. */
  list(userId: UserId): Promise<readonly string[]>;
}
