import type { Brand } from "../brand.ts";
import type { EventId, UserId } from "../ids.ts";

/** A bearer secret. It is handed out once and never stored. */
export type Token = Brand<string, "Token">;

/** SHA-256 of a token's secret, the only part that is stored. 64 hexadecimal digits. */
export type TokenHash = Brand<string, "TokenHash">;

export interface MintedToken {
  readonly token: Token;
  readonly tokenHash: TokenHash;
}

export type TokenPurpose = "password_reset" | "email_verification" | "email_change";

/** What a token permits: `purpose`, for this user, while the user has this epoch. */
export interface TokenClaim {
  readonly purpose: TokenPurpose;
  readonly userId: UserId;
  readonly epoch: number;
  /** The token was sent by mail, so its holder controls the address. */
  readonly byMail: boolean;
  /** With `email_change`: the change that it confirms. */
  readonly changeId?: EventId | undefined;
}
