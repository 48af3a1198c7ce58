import type { TokenClaim, TokenHash, TokenPurpose } from "./token.ts";

/**
 * Stores tokens until they expire. Using a token does not delete it: the use raises the user's
 * epoch, which ends that token and every other one, even if this store later loses or restores
 * some.
 */
export interface TokenStore {
  /**
   * Stores the claim for `ttlMs`, by the store's own clock, beside the user's other claims. Storing
   * the same claim again changes nothing.
   */
  put(tokenHash: TokenHash, claim: TokenClaim, ttlMs: number): Promise<void>;
  /**
   * Stores the claim in place of the one that `replace` stored before for this user and purpose. Of
   * many at once, one claim remains: the last, even if another one has a later epoch.
   */
  replace(tokenHash: TokenHash, claim: TokenClaim, ttlMs: number): Promise<void>;
  /**
   * Returns the claim, unless it has expired, was replaced or is for another purpose. The claim may
   * be of an earlier epoch: the caller compares it with the user's.
   */
  find(purpose: TokenPurpose, tokenHash: TokenHash): Promise<TokenClaim | undefined>;
}
