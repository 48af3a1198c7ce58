import type { UserId } from "../ids.ts";
import type { SecretSource, Token, TokenHash } from "./secret-source.ts";

/** Tokens that are counted, not random, and hashes that only look so; for tests. */
export function memorySecretSource(): SecretSource {
  let count = 0;
  const hashOf = (token: string) => `hash of ${token}` as TokenHash;
  const mint = (token: string) => ({ token: token as Token, tokenHash: hashOf(token) });
  return {
    hashOf,
    sessionToken: (userId) => mint(`${userId}.${++count}`),
    readSessionToken(token) {
      const [userId, number, ...rest] = token.split(".");
      if (!userId || !number || rest.length > 0) return undefined;
      return { userId: userId as UserId, tokenHash: hashOf(token) };
    },
    resetToken: () => mint(`reset ${++count}`),
    mailedToken(purpose, eventId, keyId = "memory") {
      if (keyId !== "memory") throw new Error("there is no such key");
      return mint(`${purpose} of ${eventId}`);
    },
  };
}
