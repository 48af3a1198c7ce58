import type { Brand } from "../brand.ts";
import type { Password } from "./password.ts";

/** A password hash in its own textual form, with parameters and salt. */
export type PasswordHash = Brand<string, "PasswordHash">;

/** Whose share of the hashing capacity a hash uses. */
export interface HashingShare {
  /** Hashes of one network wait for each other before they delay those of other networks. */
  readonly network?: string | undefined;
  /** The caller's device has logged in before, so the hash goes first. */
  readonly isKnownDevice?: boolean;
}

/**
 * Slow, salted, one-way. May throw `Unavailable` if it is asked for more than it can compute in
 * time.
 */
export interface PasswordHasher {
  /** Passwords longer than this many UTF-8 bytes are refused, so that every byte counts. */
  readonly maxBytes: number;
  /**
   * Keeps a place in the queue until `share` is hashed with, or until `leave`. Throws `Unavailable`
   * if the queue is full. A caller that must read a store first calls this before, so that a storm
   * of log-ins does not reach the stores.
   */
  admit(share: HashingShare): void;
  /** Gives up the place of `share`, if it still has one. */
  leave(share: HashingShare): void;
  hash(password: Password, share?: HashingShare): Promise<PasswordHash>;
  /**
   * Returns whether the password matches. The work is the same for every `hash` up to the
   * configured cost, also if it is `undefined` (no such user), malformed, or of a lower cost.
   */
  verify(
    password: Password,
    hash: PasswordHash | undefined,
    share?: HashingShare,
  ): Promise<boolean>;
  /** Returns whether this hash was made with other parameters than the current ones. */
  isOutdated(hash: PasswordHash): boolean;
}

/** Keeps a place in the hashing queue for `act`, which hashes with the share that it receives. */
export async function withHashing<Value>(
  hasher: Pick<PasswordHasher, "admit" | "leave">,
  share: HashingShare,
  act: (share: HashingShare) => Promise<Value>,
): Promise<Value> {
  hasher.admit(share);
  try {
    return await act(share);
  } finally {
    hasher.leave(share);
  }
}
