import type { Brand } from "../brand.ts";
import type { Password } from "./password.ts";

/** A password hash in its own textual form, with parameters and salt. */
export type PasswordHash = Brand<string, "PasswordHash">;

/**
 * Slow, salted, one-way. May throw `Unavailable` if it is asked for more than it can compute in
 * time.
 */
export interface PasswordHasher {
  /** Passwords longer than this many UTF-8 bytes are refused, so that every byte counts. */
  readonly maxBytes: number;
  /**
   * Throws `Unavailable` if a hash would be refused now. A caller that must read a store first asks
   * this before, so that a storm of log-ins does not reach the stores.
   */
  admit(): void;
  hash(password: Password): Promise<PasswordHash>;
  /**
   * Returns whether the password matches. The work is the same for every `hash` up to the
   * configured cost, also if it is `undefined` (no such user), malformed, or of a lower cost.
   */
  verify(password: Password, hash: PasswordHash | undefined): Promise<boolean>;
  /** Returns whether this hash was made with other parameters than the current ones. */
  isOutdated(hash: PasswordHash): boolean;
}
