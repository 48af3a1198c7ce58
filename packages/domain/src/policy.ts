import type { PasswordRules } from "./password/password.ts";
import type { SessionRules } from "./session/session.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What an installation decides. A plain object: take one of the two below, change what you must. */
export interface Policy {
  readonly name: "course" | "strict";
  /** Open: an answer says whether an address has a user, and a reset token is in the answer. */
  readonly disclosure: "open" | "closed";
  readonly password: PasswordRules;
  readonly session: SessionRules;
  readonly recovery: { readonly tokenTtlMs: number };
  readonly cookie: { readonly name: string; readonly secure: boolean };
}

const session: SessionRules = {
  idleMs: 7 * DAY_MS,
  absoluteMs: 30 * DAY_MS, // NIST SP 800-63B-4 section 2.1.3, AAL1
  touchEveryMs: MINUTE_MS,
};

/** For learning and local development: the course's answers, word for word. */
export const coursePolicy: Policy = {
  name: "course",
  disclosure: "open",
  password: { minCodePoints: 1, refuseEmail: false },
  session,
  recovery: { tokenTtlMs: 15 * MINUTE_MS },
  cookie: { name: "session_id", secure: false },
};

/** For production: tells nobody who has an account. */
export const strictPolicy: Policy = {
  name: "strict",
  disclosure: "closed",
  password: { minCodePoints: 8, refuseEmail: true },
  session,
  recovery: { tokenTtlMs: 15 * MINUTE_MS },
  // The prefix makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2).
  cookie: { name: "__Host-session_id", secure: true },
};
