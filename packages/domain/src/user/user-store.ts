import type { OutgoingEvent } from "../event/event.ts";
import type { UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { EmailKey } from "./email.ts";
import type { User } from "./user.ts";

export interface NewUser {
  readonly id: UserId;
  readonly email: string;
  readonly emailKey: EmailKey;
  readonly passwordHash: PasswordHash | undefined;
}

/** A user as log-in needs it. No hash: the user has no password yet, or it was voided. */
export interface Credentials {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
}

export interface PasswordChange {
  readonly userId: UserId;
  readonly expectedEpoch: number;
  readonly passwordHash: PasswordHash;
}

export interface Rehash extends PasswordChange {
  readonly expectedHash: PasswordHash;
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
  /**
   * Replaces the hash and raises the epoch, if the epoch is still `expectedEpoch` and the user is
   * enabled. Of any number of simultaneous callers with one epoch, one gets the user; the others
   * `undefined`.
   */
  replacePassword(
    change: PasswordChange,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /**
   * Replaces the hash by another of the same password, if epoch and hash are still as expected, so
   * that an old password cannot come back. Raises no epoch. `undefined`: nothing was replaced.
   */
  rehash(rehash: Rehash): Promise<User | undefined>;
  /** Raises the epoch. `undefined`: there is no such user, or it is disabled already. */
  disable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /** Raises no epoch. `undefined`: there is no such user, or it is enabled already. */
  enable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /** Removes the user and what hangs on it; tells whether there was one. */
  delete(userId: UserId, events: readonly OutgoingEvent[]): Promise<boolean>;
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
   * this last, so that a session born of a password that is no longer the user's does not stay.
   */
  confirmEpoch(userId: UserId, epoch: number, events: readonly OutgoingEvent[]): Promise<boolean>;
}
