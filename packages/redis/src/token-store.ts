import type { TokenClaim, TokenStore, UserId } from "@postern/domain";
import { answered, type RedisClient } from "./connect.ts";

/** Tokens as strings that expire: "<purpose> <user id> <epoch>". */
export function redisTokenStore(client: RedisClient): TokenStore {
  return {
    async put(tokenHash, { purpose, userId, epoch }, ttlMs) {
      await answered(client.set(keyOf(tokenHash), `${purpose} ${userId} ${epoch}`, "PX", ttlMs));
    },

    async find(purpose, tokenHash) {
      const kept = await answered(client.get(keyOf(tokenHash)));
      const [keptFor, userId, epoch] = kept?.split(" ") ?? [];
      if (keptFor !== purpose || !userId) return undefined;
      const claim: TokenClaim = { purpose, userId: userId as UserId, epoch: Number(epoch) };
      return claim;
    },
  };
}

const keyOf = (tokenHash: string) => `postern:token:${tokenHash}`;
