import type { Password } from "./password.ts";

/** Passwords that are known to have leaked somewhere (NIST SP 800-63B-4 section 3.1.1.2). */
export interface BreachedPasswords {
  /** Never throws for want of an answer: who is asked says what is then assumed. */
  include(password: Password): Promise<boolean>;
}

/** Where nobody is asked. */
export const noBreachedPasswords: BreachedPasswords = { include: async () => false };
