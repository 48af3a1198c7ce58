import type { EventId, TokenClaim, TokenStore, UserId } from "@postern/domain";
import { answered, type RedisClient } from "./connect.ts";

/** Tokens as strings that expire: "<purpose> <user id> <epoch> mail|answer <change id>?". */
export function redisTokenStore(client: RedisClient): TokenStore {
  return {
    async put(tokenHash, { purpose, userId, epoch, byMail, changeId }, ttlMs) {
      const parts = [
        purpose,
        userId,
        epoch,
        byMail ? MAIL : ANSWER,
        ...(changeId ? [changeId] : []),
      ];
      await answered(client.set(keyOf(tokenHash), parts.join(" "), "PX", ttlMs));
    },

    async find(purpose, tokenHash) {
      const kept = await answered(client.get(keyOf(tokenHash)));
      const [keptFor, userId, epoch, by, changeId] = kept?.split(" ") ?? [];
      if (keptFor !== purpose || !userId) return undefined;
      const claim: TokenClaim = {
        purpose,
        userId: userId as UserId,
        epoch: Number(epoch),
        byMail: by === MAIL,
        ...(changeId && { changeId: changeId as EventId }),
      };
      return claim;
    },
  };
}

const [MAIL, ANSWER] = ["mail", "answer"];
const keyOf = (tokenHash: string) => `postern:token:${tokenHash}`;
