import { createHmac, createSecretKey, hash, randomBytes } from "node:crypto";
import { keyOf, type SecretKey } from "./keys.ts";
import type { TokenFactory, Token, TokenHash, UserId } from "@postern/domain";

const SECRET_BYTES = 32;
const USER_ID_BYTES = 16;
/** Long enough that two texts never meet, however many there are. */
const KEYED_HASH_BYTES = 16;
/**
 * 48 bytes are exactly 64 characters: no padding and no unused bits, so each token has one
 * spelling.
 */
const SESSION_TOKEN = /^[A-Za-z0-9_-]{64}$/;

/**
 * Creates tokens from the system's random source. Everything is synchronous: WebCrypto and
 * callbacks would queue behind password hashes on libuv's threads. `keys`, newest first, derive the
 * tokens of mails.
 */
export function tokenFactory({ keys }: { keys: readonly SecretKey[] }): TokenFactory {
  // For Node, a key object is four times faster than the bytes.
  const hmacKeys = keys.map(({ id, key }) => ({ id, key: createSecretKey(key) }));
  const hashToken = (token: string) => sha256(token);
  const mint = (token: string) => ({ token: token as Token, tokenHash: hashToken(token) });
  return {
    hashToken,

    createSessionToken(userId) {
      const secret = randomBytes(SECRET_BYTES);
      const id = Buffer.from(userId.replaceAll("-", ""), "hex");
      const token = Buffer.concat([id, secret]).toString("base64url") as Token;
      return { token, tokenHash: sha256(secret) };
    },

    parseSessionToken(token) {
      if (!SESSION_TOKEN.test(token)) return undefined;
      const bytes = Buffer.from(token, "base64url");
      const userId = toUuid(bytes.toString("hex", 0, USER_ID_BYTES));
      return { userId, tokenHash: sha256(bytes.subarray(USER_ID_BYTES)) };
    },

    keyedHash: (text) =>
      createHmac("sha256", keyOf(hmacKeys).key)
        .update(`keyed hash:${text}`)
        .digest()
        .toString("base64url", 0, KEYED_HASH_BYTES),

    createResetToken: () => mint(randomBytes(SECRET_BYTES).toString("base64url")),

    deriveEmailToken(purpose, eventId, keyId) {
      const { key } = keyOf(hmacKeys, keyId);
      return mint(createHmac("sha256", key).update(`${purpose}:${eventId}`).digest("base64url"));
    },
  };
}

const sha256 = (data: string | Uint8Array) => hash("sha256", data, "hex") as TokenHash;

const toUuid = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as UserId;
