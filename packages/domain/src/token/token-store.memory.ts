import type { Clock } from "../clock.ts";
import type { TokenHash } from "./token-factory.ts";
import type { TokenClaim, TokenStore } from "./token-store.ts";

/** Tokens in a Map. */
export function memoryTokenStore(clock: Clock): TokenStore {
  const kept = new Map<TokenHash, { readonly claim: TokenClaim; readonly expiresAtMs: number }>();
  return {
    async put(tokenHash, claim, ttlMs) {
      kept.set(tokenHash, { claim, expiresAtMs: clock.now().getTime() + ttlMs });
    },
    async find(purpose, tokenHash) {
      const token = kept.get(tokenHash);
      if (!token || token.expiresAtMs <= clock.now().getTime()) return undefined;
      return token.claim.purpose === purpose ? token.claim : undefined;
    },
  };
}
