import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { Seal } from "@postern/domain";
import { keyOf, type SecretKey } from "./keys.ts";

const SALT_BYTES = 20;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = SALT_BYTES + NONCE_BYTES;

/**
 * AES-256-GCM (NIST SP 800-38D), as `<key id>.<base64url of salt, nonce, text, tag>`. Seals with
 * the newest key, and opens with the key that the text names. Each text has its own key, derived
 * from a random salt: with one key for all texts, random nonces of 96 bits would be safe for 2^32
 * texts only.
 */
export function aesSeal({ keys }: { keys: readonly SecretKey[] }): Seal {
  return {
    seal(context, text) {
      const { id, key } = keyOf(keys);
      const head = randomBytes(HEAD_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keyFor(key, head), nonceIn(head));
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${id}.${Buffer.concat([head, body, cipher.getAuthTag()]).toString("base64url")}`;
    },

    isCurrent: (sealed) => sealed.split(".")[0] === keys[0]?.id,

    open(context, sealed) {
      const [id = "", encoded = ""] = sealed.split(".");
      const { key } = keyOf(keys, id);
      const bytes = Buffer.from(encoded, "base64url");
      if (bytes.length < HEAD_BYTES + TAG_BYTES) throw new Error("malformed sealed text");
      const options = { authTagLength: TAG_BYTES };
      const opener = createDecipheriv("aes-256-gcm", keyFor(key, bytes), nonceIn(bytes), options);
      opener.setAAD(Buffer.from(context));
      opener.setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = opener.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES));
      try {
        return { text: Buffer.concat([text, opener.final()]).toString("utf8"), keyId: id };
      } catch (cause) {
        const reason = "the text or its context differs, or the id now names another key";
        throw new Error(`a sealed text of the key ${id} does not open: ${reason}`, { cause });
      }
    },
  };
}

const nonceIn = (head: Uint8Array) => head.subarray(SALT_BYTES, HEAD_BYTES);

/** HMAC-SHA-256 as a key derivation function in counter mode, one block (NIST SP 800-108r1). */
const keyFor = (key: Uint8Array, head: Uint8Array) =>
  createHmac("sha256", key).update("\x01seal\x00").update(head.subarray(0, SALT_BYTES)).digest();
