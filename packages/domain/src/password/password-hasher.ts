import type { Brand } from "../brand.ts";
import type { Password } from "./password.ts";

/** A password hash in its own textual form, parameters and salt included. */
export type PasswordHash = Brand<string, "PasswordHash">;

/** Slow, salted, one-way. May throw `Unavailable` when more is asked than can be computed in time. */
export interface PasswordHasher {
  /** Passwords longer than this many UTF-8 bytes are refused, so that every byte counts. */
  readonly maxBytes: number;
  /**
   * Throws `Unavailable` if what is asked now would be refused: for whoever has something to look up
   * first, so that a storm of log-ins reaches no store.
   */
  admit(): void;
  hash(password: Password): Promise<PasswordHash>;
  /**
   * Does the password match? The work is the same for every `hash` up to the configured cost:
   * `undefined` (nobody there), malformed, or made at a smaller cost.
   */
  verify(password: Password, hash: PasswordHash | undefined): Promise<boolean>;
  /** Was this hash made with other parameters than today's? */
  isOutdated(hash: PasswordHash): boolean;
}
