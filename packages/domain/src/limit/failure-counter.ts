import type { UserId } from "../ids.ts";

/**
 * Counts consecutive wrong passwords, durably: losing the session store resets nothing (NIST SP
 * 800-63B-4 section 3.2.2). An address without a user is counted too, for a day.
 */
export interface FailureCounter {
  /**
   * Counts one more failure in advance, unless `cap` of them are counted. Returns whether it did.
   * Atomic: of any number of calls at once, as many succeed as places are left. `userId` ties the
   * counter to a user, with whom it is deleted.
   */
  reserve(key: string, cap: number, userId: UserId | undefined): Promise<boolean>;
  /** Takes back one, because the password was not compared. */
  release(key: string): Promise<void>;
  /** Starts from zero, because the password was right. */
  reset(key: string): Promise<void>;
  /**
   * Starts from zero for everything of this user: the password was reset, or an operator says so.
   */
  resetUser(userId: UserId): Promise<void>;
  /** Returns the user's counters, for operators. */
  list(userId: UserId): Promise<readonly number[]>;
}
