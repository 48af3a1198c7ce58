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
type PasswordChanged = Event<"user.password_changed", 1, { readonly by: "reset" }>;

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

type UserDisabled = Event<"user.disabled", 1, Nothing>;
type UserEnabled = Event<"user.enabled", 1, Nothing>;
type SessionCreated = Event<"session.created", 1, { readonly sessionId: SessionId }>;
type SessionRevoked = Event<
  "session.revoked",
  1,
  { readonly sessionId: SessionId; readonly by: "log_out" }
>;

export type UserEvent =
  | UserCreated
  | PasswordChanged
  | PasswordResetRequested
  | RegistrationAttempted
  | UserDisabled
  | UserEnabled
  | SessionCreated
  | SessionRevoked;
