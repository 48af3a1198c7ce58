import type { Password } from "./password.ts";

/** Passwords found in known data breaches (NIST SP 800-63B-4 section 3.1.1.2). */
export interface BreachedPasswords {
  /**
   * Returns whether the password is one of them. Does not throw if the source does not answer: the
   * adapter decides what to assume.
   */
  include(password: Password): Promise<boolean>;
}

/** For installations that ask no service. */
export const noBreachedPasswords: BreachedPasswords = { include: async () => false };
