import type { SessionId, UserId } from "../ids.ts";

/** A span of time in which a log-in is trusted. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  /** The user's epoch at its birth; it counts only while the user still has it. */
  readonly epoch: number;
  /** When its user logged in. A session that takes another's place after a change has that one's. */
  readonly createdAt: Date;
  /** When it was last used, to within the policy's `touchEveryMs`. */
  readonly lastSeenAt: Date;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  /** The log-in asked that the browser keep it beyond its own end. */
  readonly remembered: boolean;
}

/** Where a session was opened from. */
export interface Origin {
  /** In words: "Firefox on Windows". */
  readonly device?: string | undefined;
  /** In CIDR notation (RFC 4632): the network, not the very address. */
  readonly network?: string | undefined;
}

/** OWASP ASVS 5.0 section 7.3. */
export interface SessionRules {
  /** Ends when it has not been used for this long. */
  readonly idleMs: number;
  /** Ends this long after the log-in, however busy it is. */
  readonly absoluteMs: number;
  /** A use is written down at most this often. */
  readonly touchEveryMs: number;
}

/** The most sessions one user has; opening one more ends the oldest. */
export const MAX_SESSIONS = 50;
