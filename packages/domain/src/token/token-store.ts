import type { EventId, UserId } from "../ids.ts";
import type { TokenHash } from "./token-factory.ts";

export type TokenPurpose = "password_reset" | "email_verification" | "email_change";

/** What a token entitles to: this, for this user, while this epoch lasts. */
export interface TokenClaim {
  readonly purpose: TokenPurpose;
  readonly userId: UserId;
  readonly epoch: number;
  /** It reached the user by mail, so whoever has it controls the address. */
  readonly byMail: boolean;
  /** `email_change`: which one. */
  readonly changeId?: EventId | undefined;
}

/**
 * Tokens until they expire. Nothing is ever consumed here: using a token raises the user's epoch,
 * and that ends it and all its siblings, whatever this store forgets or brings back.
 */
export interface TokenStore {
  /** Keeps the claim for `ttlMs`, by the store's own clock. Putting it again changes nothing else. */
  put(tokenHash: TokenHash, claim: TokenClaim, ttlMs: number): Promise<void>;
  /** The claim, unless it has expired or is for another purpose. May still return an ended one. */
  find(purpose: TokenPurpose, tokenHash: TokenHash): Promise<TokenClaim | undefined>;
}
