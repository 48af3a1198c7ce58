import type { EventId, UserId } from "../ids.ts";

/**
 * Whether a device was the user's first, a new one, or known already. For a deleted user it is
 * `known`.
 */
export type DeviceSight = "first" | "new" | "known";

/** The devices that users have logged in with. */
export interface DeviceStore {
  /**
   * Records that the user logged in with `device`, and the log-in that was first. For the same
   * log-in it returns the same answer again.
   */
  see(userId: UserId, device: string, eventId: EventId): Promise<DeviceSight>;
  /** Returns the user's devices, in the order of their names. */
  list(userId: UserId): Promise<readonly string[]>;
}
