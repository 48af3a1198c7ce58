import type { UserId } from "../ids.ts";
import type { Token, TokenHash } from "./token.ts";
import type { TokenFactory } from "./token-factory.ts";

/**
 * FNV-1a of 256 bits (draft-eastlake-fnv): hides nothing, but no two texts of a test meet in it.
 */
const OFFSET = 0xdd268dbcaac550362d98c384c4e576ccc8b1536847b6bbb31023b4c8caee0535n;
const PRIME = 0x1000000000000000000000000000000000000000163n;

function hashToken(text: string): TokenHash {
  let state = OFFSET;
  for (const character of text)
    state = BigInt.asUintN(256, (state ^ BigInt(character.codePointAt(0) ?? 0)) * PRIME);
  return state.toString(16).padStart(64, "0") as TokenHash;
}

/** Counted tokens and hashes that hide nothing, for tests. */
export function memoryTokenFactory(): TokenFactory {
  let count = Math.floor(Math.random() * 2 ** 40); // so that two factories never meet
  const mint = (token: string) => ({ token: token as Token, tokenHash: hashToken(token) });
  return {
    hashToken,
    keyedHash: hashToken,
    createSessionToken: (userId) => mint(`${userId}.${++count}`),
    parseSessionToken(token) {
      const [userId, number, ...rest] = token.split(".");
      if (!userId || !number || rest.length > 0) return undefined;
      return { userId: userId as UserId, tokenHash: hashToken(token) };
    },
    createResetToken: () => mint(`reset ${++count}`),
    deriveEmailToken(purpose, eventId, keyId = "memory") {
      if (keyId !== "memory") throw new Error("there is no such key");
      return mint(`${purpose} of ${eventId}`);
    },
  };
}
