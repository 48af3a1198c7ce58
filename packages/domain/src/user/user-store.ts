import type { OutgoingEvent } from "../event/event.ts";
import type { SessionId, UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { TokenHash } from "../token/token-factory.ts";
import type { Origin, Session } from "../session/session.ts";
import type { EmailKey } from "../email.ts";
import type { User } from "./user.ts";

export interface NewUser {
  readonly id: UserId;
  readonly email: string;
  readonly emailKey: EmailKey;
  readonly passwordHash: PasswordHash | undefined;
  /** Deleted after this long, unless the address is verified before. */
  readonly verifyWithinMs?: number | undefined;
}

/** A user as log-in needs it. No hash: the user has no password yet, or it was voided. */
export interface Credentials {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
}

/**
 * In whose name something is changed: a session, which must still count when it is. Its epoch is the
 * user's, and no `session.revoked` has been committed for it; a store that lost its end has no say.
 */
export type Holder = Pick<Session, "id" | "userId" | "epoch">;

export interface PasswordChange {
  readonly userId: UserId;
  readonly expectedEpoch: number;
  readonly passwordHash: PasswordHash;
  /** The session that asks, if one does. */
  readonly session?: Holder;
  /** The change shows control of the address as well. */
  readonly verifiesEmail?: boolean;
  /** By which a retry is recognised; without it, none is. */
  readonly receipt?: TokenHash | undefined;
}

export interface Rehash {
  readonly userId: UserId;
  readonly expectedEpoch: number;
  readonly expectedHash: PasswordHash;
  readonly passwordHash: PasswordHash;
}

export interface Verification {
  readonly userId: UserId;
  readonly expectedEpoch: number;
  /** If not, the password is void and the epoch rises. */
  readonly keepsPassword: boolean;
  /** The session that shows the password is its user's, if that does; it must still count. */
  readonly session?: Holder | undefined;
}

/** Where a session was opened from, kept beside the users for as long as the session may last. */
export interface SessionOrigin extends Origin {
  readonly sessionId: SessionId;
}

/**
 * Users, and the events of their changes: a change and its events are kept together or not at all.
 * Every change raises `revision`; what else it raises is said beside it. There is no general
 * `update`: each change that must be atomic has a method that says what it compares and sets.
 */
export interface UserStore {
  /**
   * Creates a user at epoch 0. `undefined`: the e-mail key is taken, and `otherwise` is kept in place
   * of `events`. Of many at once, one wins.
   */
  create(
    user: NewUser,
    events: readonly OutgoingEvent[],
    otherwise?: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  find(userId: UserId): Promise<User | undefined>;
  findByEmail(emailKey: EmailKey): Promise<User | undefined>;
  findCredentials(emailKey: EmailKey): Promise<Credentials | undefined>;
  credentialsOf(userId: UserId): Promise<Credentials | undefined>;
  /**
   * Replaces the hash and raises the epoch, if the epoch is still `expectedEpoch`, the user is
   * enabled, and the session that asks still counts. Of any number of simultaneous callers with one epoch, one gets the user; the others
   * `undefined`.
   */
  replacePassword(
    change: PasswordChange,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /** The user, if the last password was set with this receipt. */
  findByReceipt(userId: UserId, receipt: TokenHash): Promise<User | undefined>;
  /**
   * Notes that the address is verified, if the epoch is still as expected, the user is enabled and it
   * was not verified before.
   */
  verifyEmail(
    verification: Verification,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /** Raises the epoch in the name of a session that still counts; `undefined` when it does not. */
  raiseEpoch(holder: Holder, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /**
   * Replaces the hash by another of the same password, if epoch and hash are still as expected, so
   * that an old password cannot come back. Raises no epoch. `undefined`: nothing was replaced.
   */
  rehash(rehash: Rehash): Promise<User | undefined>;
  /** Raises the epoch. `undefined`: there is no such user, or it is disabled already. */
  disable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /** Raises no epoch. `undefined`: there is no such user, or it is enabled already. */
  enable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /**
   * Removes the user and what hangs on it; tells whether it did. In a holder's name, only while that
   * session counts.
   */
  delete(userId: UserId, events: readonly OutgoingEvent[], holder?: Holder): Promise<boolean>;
  /** Removes the user, if its time to verify the address is over and it has not; tells whether it did. */
  deleteUnverified(userId: UserId, events: readonly OutgoingEvent[]): Promise<boolean>;
  /** Users whose time to verify their address is over; `limit` of them. */
  listUnverified(limit: number): Promise<readonly User[]>;
  /**
   * Raises the epoch of each, at once and whatever its state, and gives those that there are. Of
   * `events` it keeps those of these users.
   */
  endSessions(
    userIds: readonly UserId[],
    events: readonly OutgoingEvent[],
  ): Promise<readonly User[]>;
  /** Users in the order of their ids; the first `limit` of those after `after`. */
  list(page: { readonly after?: UserId; readonly limit: number }): Promise<readonly User[]>;
  /**
   * Keeps `events` if the user is enabled and still at `epoch`; tells whether it did. A log-in asks
   * this last, so that a session born of a password that is no longer the user's does not stay. The
   * session's origin is kept with them. One that takes another's place is confirmed only if that one
   * was not revoked.
   */
  confirmEpoch(
    userId: UserId,
    epoch: number,
    events: readonly OutgoingEvent[],
    session?: SessionOrigin & {
      readonly expiresAt: Date;
      readonly continues?: SessionId | undefined;
    },
  ): Promise<boolean>;
  /**
   * Keeps `events`, which end a session, if the one that asks has the user's epoch; tells whether it
   * did. It and a change of the epoch wait for each other, so that no session is renewed unseen while
   * its end is acknowledged.
   */
  revoke(asking: Holder, events: readonly OutgoingEvent[]): Promise<boolean>;
  /**
   * Keeps `events`, which end a session in its own name, and tells whether it was `now` or had been
   * `before`. `undefined`: no such session was confirmed at the epoch that the user has, or it is over.
   * It and a change of the epoch wait for each other.
   */
  revokeOwn(
    session: { readonly userId: UserId; readonly sessionId: SessionId },
    events: readonly OutgoingEvent[],
  ): Promise<"now" | "before" | undefined>;
  /** Where the user's sessions were opened from; of sessions that have ended too. */
  originsOf(userId: UserId): Promise<readonly SessionOrigin[]>;
}
