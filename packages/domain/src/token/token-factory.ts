import type { Brand } from "../brand.ts";
import type { EventId, UserId } from "../ids.ts";
import type { TokenPurpose } from "./token-store.ts";

/** A secret we hand out once and never keep. */
export type Token = Brand<string, "Token">;
/** SHA-256 of a token's secret: all that is kept of it. 64 hexadecimal digits. */
export type TokenHash = Brand<string, "TokenHash">;

export interface MintedToken {
  readonly token: Token;
  readonly tokenHash: TokenHash;
}

/**
 * Makes and reads bearer tokens. Each holds 256 random bits (OWASP ASVS 5.0 item 7.2.3), so a plain
 * SHA-256 of it cannot be turned around by guessing.
 */
export interface SecretSource {
  /** base64url of the user id (16 bytes) and a secret (32 bytes): 64 characters. */
  sessionToken(userId: UserId): MintedToken;
  /** What a session token says, or `undefined` when it is not one in form. Never throws. */
  readSessionToken(
    token: string,
  ): { readonly userId: UserId; readonly tokenHash: TokenHash } | undefined;
  /** base64url of 32 random bytes: 43 characters. */
  resetToken(): MintedToken;
  /**
   * The one token of this event, purpose and key, so that a mail delivered twice carries the same.
   * Without `keyId`, of the newest key. Throws when that key is gone.
   */
  mailedToken(purpose: TokenPurpose, eventId: EventId, keyId?: string): MintedToken;
  hashOf(token: string): TokenHash;
}
