import type { EmailKey } from "../email.ts";
import type { Language } from "../language.ts";
import type { EventId, SessionId, UserId } from "../ids.ts";

/**
 * What every event contains. Events are delivered at least once, so handlers must be safe to
 * repeat.
 */
interface Event<Type extends string, Version extends number, Data, Subject = UserId> {
  readonly id: EventId;
  readonly type: Type;
  /** Rises when the shape of `data` changes. */
  readonly version: Version;
  readonly userId: Subject;
  readonly occurredAt: Date;
  /** Ids and reasons. Never an address, a secret, a token or a hash. */
  readonly data: Data;
}

type Nothing = Readonly<Record<string, never>>;

type UserCreated = Event<"user.created", 1, Nothing>;

/** The password was replaced. Every earlier session and token of the user has ended. */
type PasswordChanged = Event<"user.password_changed", 1, { readonly by: "reset" | "change" }>;

/**
 * A reset was requested for an address. `userId` is undefined if no user who may reset has the
 * address and the policy hides that: then the same work is done and the same data stored.
 */
type PasswordResetRequested = Event<
  "user.password_reset_requested",
  1,
  {
    /** The user's epoch at the request. The token counts only while the user has it. */
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
    /** How the token reaches the user: in the answer (open disclosure) or by mail. */
    readonly tokenBy: "answer" | "mail";
  },
  UserId | undefined
>;

/**
 * A registration was attempted for an address that has a user, and the policy hides that. It takes
 * the place of the `user.created` of a free address, so that the same data is stored. It has no
 * user.
 */
type RegistrationAttempted = Event<"user.registration_attempted", 1, Nothing, undefined>;

/**
 * A link that verifies the address was requested. `userId` is undefined if no user with the address
 * needs one and the policy hides that.
 */
type EmailVerificationRequested = Event<
  "user.email_verification_requested",
  1,
  {
    /** The user's epoch at the request. The token counts only while the user has it. */
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
  },
  UserId | undefined
>;

/**
 * The user has proved control of the address, with a mailed link or a reset by mail, or an operator
 * vouches for it.
 */
type EmailVerified = Event<
  "user.email_verified",
  1,
  { readonly by: "link" | "operator" | "reset" }
>;

/** The user requested another address. Nothing changes until that address is verified. */
type EmailChangeRequested = Event<
  "user.email_change_requested",
  1,
  {
    readonly epoch: number;
    /** ISO 8601. */
    readonly expiresAt: string;
  }
>;

/** The user has another address, which is verified. Every earlier session and token has ended. */
type EmailChanged = Event<"user.email_changed", 1, Nothing>;

/**
 * A mail could not be sent before its link expired, so it was dropped. The user may request another
 * one.
 */
type MailExpired = Event<
  "user.mail_expired",
  1,
  {
    readonly mail: "email_change" | "email_verification" | "password_reset";
    /** The event that caused the mail. */
    readonly eventId: EventId;
  }
>;

type UserDisabled = Event<"user.disabled", 1, Nothing>;
type UserEnabled = Event<"user.enabled", 1, Nothing>;

/** The user was deleted, with every session and token. Only this event remains, without a name. */
type UserDeleted = Event<"user.deleted", 1, Nothing>;

/** Every session and token of the user ended at once. The password is unchanged. */
type SessionsEnded = Event<"user.sessions_ended", 1, { readonly by: "operator" | "user" }>;

/** A log-in, or the session that replaces another after a change that ended all sessions. */
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
  | MailExpired
  | UserDisabled
  | UserEnabled
  | SessionsEnded
  | SessionCreated
  | SessionRevoked;

/**
 * What handlers need beside the event's ids. It is stored encrypted, outside the log, and deleted
 * when the handlers are done.
 */
export interface EventPayload {
  /** The canonical address that the event is about, if no user id identifies it. */
  readonly emailKey?: EmailKey;
  /** An address to notify that is not the user's any more, or never was. */
  readonly email?: string;
  /** The language of the person to notify. */
  readonly language?: Language | undefined;
  /** A link that verifies the address is sent too. */
  readonly isLinkSent?: boolean;
  /** The client that logged in, in words: "Firefox on Windows". */
  readonly device?: string;
  /** A keyed hash of the network that requested a mail, so that its mails wait for each other. */
  readonly sender?: string;
}

/** An event on its way to a store, which keeps the payload apart from the event. */
export type OutgoingEvent = UserEvent & { readonly payload?: EventPayload };
