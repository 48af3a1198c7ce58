import type { SessionRef } from "../ids.ts";

/** The time during which a log-in is trusted. It counts only while the user has its epoch. */
export interface Session extends SessionRef {
  /** When the user logged in. A session that replaces another one keeps that one's time. */
  readonly createdAt: Date;
  /** When it was last used, to within the policy's `touchEveryMs`. */
  readonly lastSeenAt: Date;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  /** The user asked the browser to keep the cookie after it closes. */
  readonly remembered: boolean;
}

/**
 * Returns whether neither the idle nor the absolute lifetime is over (OWASP ASVS 5.0 section 7.3).
 */
export const isLive = (
  { idleExpiresAt, absoluteExpiresAt }: Pick<Session, "idleExpiresAt" | "absoluteExpiresAt">,
  now: Date,
): boolean => now < idleExpiresAt && now < absoluteExpiresAt;

/** The device and network of the client that opened a session. */
export interface ClientInfo {
  /** In words: "Firefox on Windows". */
  readonly device?: string | undefined;
  /** In CIDR notation (RFC 4632): the network, not the address itself. */
  readonly network?: string | undefined;
}

/** OWASP ASVS 5.0 section 7.3. */
export interface SessionRules {
  /** A session ends after this long without use. */
  readonly idleMs: number;
  /** A session ends this long after the log-in, even if it is in use. */
  readonly absoluteMs: number;
  /** A use is recorded at most this often. */
  readonly touchEveryMs: number;
}

/** The maximum number of sessions per user; opening one more ends the oldest. */
export const MAX_SESSIONS = 50;

/** The device of a caller of whom nothing is known. Others are like "Firefox on Linux". */
export const UNKNOWN_DEVICE = "an unknown device";
