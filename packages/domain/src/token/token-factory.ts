import type { EventId, UserId } from "../ids.ts";
import type { MintedToken, TokenHash, TokenPurpose } from "./token.ts";

/**
 * Creates and parses bearer tokens. Each holds 256 random bits (OWASP ASVS 5.0 item 7.2.3), so
 * guessing cannot reverse a plain SHA-256 of it.
 */
export interface TokenFactory {
  /** Creates base64url of the user id (16 bytes) and a secret (32 bytes): 64 characters. */
  createSessionToken(userId: UserId): MintedToken;
  /** Returns the content of a session token, or `undefined` if it is malformed. Never throws. */
  parseSessionToken(
    token: string,
  ): { readonly userId: UserId; readonly tokenHash: TokenHash } | undefined;
  /** Creates base64url of 32 random bytes: 43 characters. */
  createResetToken(): MintedToken;
  /**
   * Derives the one token of this event, purpose and key, so that a mail which is sent twice
   * carries the same token. Uses the newest key by default. Throws if the key no longer exists.
   */
  deriveEmailToken(purpose: TokenPurpose, eventId: EventId, keyId?: string): MintedToken;
  hashToken(token: string): TokenHash;
  /**
   * Returns a short hash under the newest key (HMAC), for texts that could be guessed: the store
   * that holds it does not reveal them.
   */
  keyedHash(text: string): string;
}
