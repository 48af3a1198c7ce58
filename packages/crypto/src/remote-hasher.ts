import { createHmac } from "node:crypto";
import {
  type HashingShare,
  type PasswordHash,
  type PasswordHasher,
  Unavailable,
} from "@postern/domain";
import { isMadeAt, MAX_BYTES } from "./bcrypt-hasher.ts";

export interface RemoteHasherOptions {
  /** The hasher's URL: https, unless it is on this machine. */
  readonly url: string;
  /** The secret that the hasher knows too. */
  readonly secret: string;
  /** The hasher's cost, to find hashes of another cost. */
  readonly cost: number;
  /** Default: 8 s. Must be longer than the hasher's HASHING_WAIT_SECONDS. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** The body of a request: a password, and no e-mail or IP address. */
export interface HashRequest {
  readonly password: string;
  /**
   * The stored hash to compare with. `null`: the user is unknown or has no password. Absent: a new
   * hash is wanted.
   */
  readonly hash?: string | null;
  /**
   * The caller's network, for a queue that is fair to networks. A keyed hash, which does not tell
   * the IP address.
   */
  readonly network?: string | undefined;
  readonly isKnownDevice?: boolean;
}

interface Answers {
  readonly hash: PasswordHash;
  readonly matches: boolean;
}

/** Anything else than these answers is a fault, and never "the password is wrong". */
const ANSWERS = {
  hash: {
    parse(answer: unknown): PasswordHash {
      const { hash } = answer as { hash?: unknown };
      if (typeof hash !== "string" || !hash.startsWith("$2")) throw new Error("malformed answer");
      return hash as PasswordHash;
    },
  },
  matches: {
    parse(answer: unknown): boolean {
      const { matches } = answer as { matches?: unknown };
      if (typeof matches !== "boolean") throw new Error("malformed answer");
      return matches;
    },
  },
};

const TIMEOUT_MS = 8_000;
const LOOPBACK = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/;

/**
 * Has passwords hashed by a hasher elsewhere (`hasherEndpoint`), where this runtime has no native
 * code or too little CPU time. Throws `Unavailable` if the hasher is at capacity or away.
 */
export function remoteHasher(options: RemoteHasherOptions): PasswordHasher {
  const { url, secret, cost, timeoutMs = TIMEOUT_MS, fetch: send = fetch } = options;
  if (!url.startsWith("https://") && !LOOPBACK.test(url))
    throw new Error("HASHER_URL: must be https, unless the hasher is on this machine");

  async function ask<Key extends "hash" | "matches">(
    wanted: Key,
    request: HashRequest,
  ): Promise<Answers[Key]> {
    let status: number;
    let retryAfter: number;
    try {
      const response = await send(url, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify(request),
        redirect: "manual", // a redirect could lead a password to plain http
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer: unknown = await response.json();
      if (response.ok) return ANSWERS[wanted].parse(answer) as Answers[Key];
      ({ status } = response);
      retryAfter = Number(response.headers.get("retry-after"));
    } catch (cause) {
      throw new Unavailable("no valid answer from the hasher", { cause });
    }
    const isCapacity = status === 503;
    const message = isCapacity
      ? "password hashing is at capacity"
      : `the hasher answered ${status}`;
    throw new Unavailable(message, { retryAfterSeconds: retryAfter || 1, isCapacity });
  }

  const toShare = ({ network, isKnownDevice }: HashingShare = {}) => ({
    network: network && createHmac("sha256", secret).update(network).digest("base64url"),
    ...(isKnownDevice && { isKnownDevice }),
  });
  return {
    maxBytes: MAX_BYTES,
    // The hasher has the queue. A place in it cannot be kept from here.
    admit: () => undefined,
    leave: () => undefined,
    hash: async (password, share) => await ask("hash", { password, ...toShare(share) }),
    // `null`, because JSON drops `undefined`, and a request without `hash` asks for a new one.
    verify: async (password, hash = null as never, share) =>
      await ask("matches", { password, hash, ...toShare(share) }),
    isOutdated: (hash) => !isMadeAt(cost, hash),
  };
}
