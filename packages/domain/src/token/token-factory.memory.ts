import type { UserId } from "../ids.ts";
import type { SecretSource, Token, TokenHash } from "./token-factory.ts";

/** FNV-1a of 256 bits (draft-eastlake-fnv): hides nothing, but no two texts of a test meet in it. */
const OFFSET = 0xdd268dbcaac550362d98c384c4e576ccc8b1536847b6bbb31023b4c8caee0535n;
const PRIME = 0x1000000000000000000000000000000000000000163n;

function hashOf(text: string): TokenHash {
  let state = OFFSET;
  for (const character of text)
    state = BigInt.asUintN(256, (state ^ BigInt(character.codePointAt(0) ?? 0)) * PRIME);
  return state.toString(16).padStart(64, "0") as TokenHash;
}

/** Tokens that are counted, not random, and hashes that only look so; for tests. */
export function memorySecretSource(): SecretSource {
  let count = 0;
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
