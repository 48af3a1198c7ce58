import type { EventId, TokenClaim, TokenHash, TokenStore, UserId } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";

/** How a token reached its holder, as stored. */
const [MAIL, ANSWER] = ["mail", "answer"];

/** The field of a token that `replace` stored: it counts only while it is its user's newest. */
const SOLE = "sole";
const NONE = "-";

const keyOf = (tokenHash: string) => `postern:token:${tokenHash}`;

/** Names the newest token that `replace` stored. */
const newestKeyOf = (userId: string, purpose: string) =>
  `postern:token:newest:${purpose}:${userId}`;

/**
 * Tokens as strings that expire: `<purpose> <user id> <epoch> <mail|answer> <change id|->
 * <sole|->`.
 */
export function redisTokenStore(client: RedisClient): TokenStore {
  const encode = (claim: TokenClaim, kind: string) =>
    [
      claim.purpose,
      claim.userId,
      claim.epoch,
      claim.byMail ? MAIL : ANSWER,
      claim.changeId ?? NONE,
      kind,
    ].join(" ");

  return {
    async put(tokenHash, claim, ttlMs) {
      await withTimeout(client.set(keyOf(tokenHash), encode(claim, NONE), "PX", ttlMs));
    },

    async replace(tokenHash, claim, ttlMs) {
      const { userId, purpose } = claim;
      // The name of the newest is the one write that decides, so no script and no second key has to
      // be atomic with it: a token that it does not name does not count.
      await withTimeout(
        Promise.all([
          client.set(keyOf(tokenHash), encode(claim, SOLE), "PX", ttlMs),
          client.set(newestKeyOf(userId, purpose), tokenHash, "PX", ttlMs),
        ]),
      );
    },

    async find(purpose, tokenHash) {
      const stored = await withTimeout(client.get(keyOf(tokenHash)));
      const [storedPurpose, userId, epoch, by, changeId, kind] = stored?.split(" ") ?? [];
      if (storedPurpose !== purpose || !userId) return undefined;
      if (kind === SOLE && !(await isNewest(tokenHash, userId, purpose))) return undefined;
      return {
        purpose,
        userId: userId as UserId,
        epoch: Number(epoch),
        byMail: by === MAIL,
        ...(changeId !== NONE && { changeId: changeId as EventId }),
      };
    },
  };

  async function isNewest(tokenHash: TokenHash, userId: string, purpose: string) {
    return (await withTimeout(client.get(newestKeyOf(userId, purpose)))) === tokenHash;
  }
}
