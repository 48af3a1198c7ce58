import type { Clock } from "../clock.ts";
import type { TokenClaim, TokenHash } from "./token.ts";
import type { TokenStore } from "./token-store.ts";

interface StoredToken {
  readonly claim: TokenClaim;
  readonly expiresAtMs: number;
}

/** Tokens in a Map. */
export function memoryTokenStore(clock: Clock): TokenStore {
  const tokens = new Map<TokenHash, StoredToken>();
  /** The token that `replace` stored last, by user and purpose. */
  const newest = new Map<string, TokenHash>();

  const store = (tokenHash: TokenHash, claim: TokenClaim, ttlMs: number) =>
    tokens.set(tokenHash, { claim, expiresAtMs: clock.now().getTime() + ttlMs });

  return {
    async put(tokenHash, claim, ttlMs) {
      store(tokenHash, claim, ttlMs);
    },

    async replace(tokenHash, claim, ttlMs) {
      const owner = `${claim.userId} ${claim.purpose}`;
      const earlier = newest.get(owner);
      if (earlier !== undefined) tokens.delete(earlier);
      newest.set(owner, tokenHash);
      store(tokenHash, claim, ttlMs);
    },

    async find(purpose, tokenHash) {
      const token = tokens.get(tokenHash);
      if (!token || token.expiresAtMs <= clock.now().getTime()) return undefined;
      return token.claim.purpose === purpose ? token.claim : undefined;
    },
  };
}
