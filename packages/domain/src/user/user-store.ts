import type { EmailKey } from "../email.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { SessionRef, UserId } from "../ids.ts";
import type { Language } from "../language.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { TokenHash } from "../token/token.ts";
import type { User } from "./user.ts";

export interface NewUser {
  readonly id: UserId;
  readonly email: string;
  readonly emailKey: EmailKey;
  readonly passwordHash: PasswordHash | undefined;
  /** The user is deleted after this time, unless the address is verified first. */
  readonly verifyWithinMs?: number | undefined;
  readonly language?: Language | undefined;
}

/** A user as log-in needs it. Without a hash the user has no password: never set, or cleared. */
export interface Credentials {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
}

export interface PasswordChange {
  readonly userId: UserId;
  readonly expectedEpoch: number;
  readonly passwordHash: PasswordHash;
  /** The session that asks for the change, if one does. It must still be valid. */
  readonly actingSession?: SessionRef;
  /** The change also proves control of the address. */
  readonly verifiesEmail?: boolean;
  /** Of the owner, if the change is the first proof. A stranger may have chosen the one before. */
  readonly language?: Language | undefined;
  /** Identifies a retry. Without it, retries are not recognised. */
  readonly idempotencyHash?: TokenHash | undefined;
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
  /** If false, the password is cleared and the epoch rises. */
  readonly keepsPassword: boolean;
  /** Of the owner, if the password is cleared. A stranger may have chosen the one before. */
  readonly language?: Language | undefined;
  /** The session that proves ownership of the password, if one does. It must still be valid. */
  readonly actingSession?: SessionRef | undefined;
}

/**
 * Stores users, and each change together with its events: both are committed, or neither.
 * Every change raises `revision`; a method says so if it also raises the epoch. There is no general
 * `update`: every atomic change has a method of its own, which says what it compares and sets.
 */
export interface UserStore {
  /**
   * Creates a user at epoch 0. If the e-mail key is taken, returns `undefined` and appends
   * `eventsIfTaken` instead of `events`. If several calls use one key at once, one succeeds.
   */
  create(
    user: NewUser,
    events: readonly OutgoingEvent[],
    eventsIfTaken?: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  findById(userId: UserId): Promise<User | undefined>;
  findByEmail(emailKey: EmailKey): Promise<User | undefined>;
  findCredentialsByEmail(emailKey: EmailKey): Promise<Credentials | undefined>;
  findCredentialsById(userId: UserId): Promise<Credentials | undefined>;
  /**
   * Replaces the hash and raises the epoch, if the epoch is still `expectedEpoch`, the user is
   * enabled and the acting session is valid. If several calls use one epoch at once, exactly one
   * receives the user; the others receive `undefined`.
   */
  replacePassword(
    change: PasswordChange,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /** Returns the user if the latest password was set with this idempotency hash. */
  findByIdempotencyHash(userId: UserId, idempotencyHash: TokenHash): Promise<User | undefined>;
  /**
   * Marks the address as verified, if the epoch is still `expectedEpoch`, the user is enabled, the
   * address was not verified before and the acting session, if one is given, is valid. Without
   * `keepsPassword` it also clears the password and raises the epoch. `undefined`: nothing changed.
   */
  verifyEmail(
    verification: Verification,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /**
   * Sets the language, if the acting session is valid. Keeps epoch and revision, because no copy of
   * a user has the language. `undefined`: the session is not valid.
   */
  setLanguage(actingSession: SessionRef, language: Language): Promise<User | undefined>;
  /** Raises the epoch, if the acting session is valid. `undefined`: it is not. */
  raiseEpoch(
    actingSession: SessionRef,
    events: readonly OutgoingEvent[],
  ): Promise<User | undefined>;
  /**
   * Replaces the hash by another hash of the same password, if epoch and hash are still as
   * expected, so that an old password cannot return. Keeps the epoch. `undefined`: nothing was
   * replaced.
   */
  rehash(rehash: Rehash): Promise<User | undefined>;
  /** Disables the user and raises the epoch. `undefined`: no such user, or already disabled. */
  disable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /** Enables the user; keeps the epoch. `undefined`: no such user, or already enabled. */
  enable(userId: UserId, events: readonly OutgoingEvent[]): Promise<User | undefined>;
  /**
   * Deletes the user and all dependent rows, and returns whether it did. With an acting session,
   * only if that session is valid.
   */
  delete(
    userId: UserId,
    events: readonly OutgoingEvent[],
    actingSession?: SessionRef,
  ): Promise<boolean>;
  /** Deletes the user if the time to verify the address is over, and returns whether it did. */
  deleteUnverified(userId: UserId, events: readonly OutgoingEvent[]): Promise<boolean>;
  /** Returns up to `limit` users whose time to verify the address is over. */
  listUnverified(limit: number): Promise<readonly User[]>;
  /**
   * Atomically raises the epoch of every listed user, even disabled ones, and returns those that
   * exist. Appends the events that belong to those users.
   */
  endSessions(
    userIds: readonly UserId[],
    events: readonly OutgoingEvent[],
  ): Promise<readonly User[]>;
  /** Returns users in the order of their ids: the first `limit` that follow `after`. */
  list(page: { readonly after?: UserId; readonly limit: number }): Promise<readonly User[]>;
}
