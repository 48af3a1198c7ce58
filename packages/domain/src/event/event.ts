import type { EmailKey } from "../email.ts";
import type { EventId, SessionId, UserId } from "../ids.ts";

/** What every event carries. Delivered at least once, so handlers are safe to repeat. */
interface Event<Type extends string, Version extends number, Data, Subject = UserId> {
  readonly id: EventId;
  readonly type: Type;
  /** Goes up when the shape of `data` changes. */
  readonly version: Version;
  readonly userId: Subject;
  readonly occurredAt: Date;
  /** Ids and reasons; never an address, a secret, a token or a hash. */
  readonly data: Data;
}

type Nothing = Readonly<Record<string, never>>;

type UserCreated = Event<"user.created", 1, Nothing>;

/** A password was replaced; every earlier session and token of the user has ended. */
type PasswordChanged = Event<"user.password_changed", 1, { readonly by: "reset" | "change" }>;

/**
 * Somebody asked to reset the password of an address. Nobody's (`userId` undefined), when no user
 * who may reset has the address and the policy hides that: the same is done and kept either way.
 */
type PasswordResetRequested = Event<
  "user.password_reset_requested",
  1,
  {
    /** The user's epoch when it was asked; the token counts only while it lasts. */
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
    /** How the token reaches the user: in the answer (open disclosure) or by mail. */
    readonly tokenBy: "answer" | "mail";
  },
  UserId | undefined
>;

/**
 * Somebody tried to register an address that has a user, and the policy hides that: in place of the
 * `user.created` that a free address gets, so that the same is kept either way. Nobody's.
 */
type RegistrationAttempted = Event<"user.registration_attempted", 1, Nothing, undefined>;

/**
 * Somebody is to be mailed a link that verifies the address. Nobody's, when no user with that address
 * has any need of it and the policy hides that.
 */
type EmailVerificationRequested = Event<
  "user.email_verification_requested",
  1,
  {
    /** The user's epoch when it was asked; the token counts only while it lasts. */
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
  },
  UserId | undefined
>;

/** The user has shown control of the address: by the mailed link, or by a reset that was mailed. */
type EmailVerified = Event<"user.email_verified", 1, { readonly by: "link" | "reset" }>;

/** The user wants another address. Nothing changes until that one is verified. */
type EmailChangeRequested = Event<
  "user.email_change_requested",
  1,
  {
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
  }
>;

/** The user has another address, which is verified; every earlier session and token has ended. */
type EmailChanged = Event<"user.email_changed", 1, Nothing>;

type UserDisabled = Event<"user.disabled", 1, Nothing>;
type UserEnabled = Event<"user.enabled", 1, Nothing>;

/** The user is gone, and with it every session and token. What remains is this, without a name. */
type UserDeleted = Event<"user.deleted", 1, Nothing>;

/** Every session and token of the user was ended at once; the password stands. */
type SessionsEnded = Event<"user.sessions_ended", 1, { readonly by: "operator" | "user" }>;

/** A log-in, or the session that takes another's place after a change that ended all. */
type SessionCreated = Event<"session.created", 1, { readonly sessionId: SessionId }>;
type SessionRevoked = Event<
  "session.revoked",
  1,
  { readonly sessionId: SessionId; readonly by: "log_out" | "user" }
>;

export type UserEvent =
  | UserCreated
  | UserDeleted
  | PasswordChanged
  | PasswordResetRequested
  | RegistrationAttempted
  | EmailVerificationRequested
  | EmailVerified
  | EmailChangeRequested
  | EmailChanged
  | UserDisabled
  | UserEnabled
  | SessionsEnded
  | SessionCreated
  | SessionRevoked;

/**
 * What handlers need beside an event's ids. It is kept encrypted, out of the log, and only until the
 * handlers are done.
 */
export interface EventPayload {
  /** The canonical address that it was about, where no user id says so. */
  readonly emailKey?: EmailKey;
  /** An address to tell that is no longer, or never was, the user's. */
  readonly email?: string;
  /** A link that verifies the address is on its way as well. */
  readonly isLinkSent?: boolean;
  /** What somebody logged in with, in words: "Firefox on Windows". */
  readonly device?: string;
}

/** An event on its way to a store, which keeps the payload apart from it. */
export type OutgoingEvent = UserEvent & { readonly payload?: EventPayload };
