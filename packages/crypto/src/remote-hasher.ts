import { createHmac } from "node:crypto";
import {
  type HashingShare,
  type PasswordHash,
  type PasswordHasher,
  Unavailable,
} from "@postern/domain";
import { isMadeAt, MAX_BYTES } from "./bcrypt-hasher.ts";

export interface RemoteHasherOptions {
  /** Of the hasher: https, unless it is on this machine. */
  readonly url: string;
  /** Shared with the hasher. */
  readonly secret: string;
  /** The hasher's cost, to recognise older hashes. */
  readonly cost: number;
  /** Default: 8 s, longer than the hasher's own queue. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** What is sent. Never an address: the hasher learns a password and whose share it uses. */
export interface HashRequest {
  readonly password: string;
  /** To compare with. `null`: of a user who does not exist, or has no password. Absent: hash. */
  readonly hash?: string | null;
  /** A keyed hash of the caller's network, so that one network does not take everybody's turn. */
  readonly network?: string | undefined;
  readonly isKnownDevice?: boolean;
}

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

  async function ask(request: HashRequest): Promise<{ hash?: string; matches?: boolean }> {
    let response: Response;
    try {
      response = await send(url, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw new Unavailable("the hasher does not answer", { cause });
    }
    if (response.ok) return (await response.json()) as { hash?: string; matches?: boolean };
    await response.body?.cancel();
    const isCapacity = response.status === 503;
    const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 1);
    const message = isCapacity
      ? "password hashing is at capacity"
      : `the hasher answered ${response.status}`;
    throw new Unavailable(message, { retryAfterSeconds, isCapacity });
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
    hash: async (password, share) =>
      (await ask({ password, ...toShare(share) })).hash as PasswordHash,
    verify: async (password, hash = null as never, share) =>
      (await ask({ password, hash, ...toShare(share) })).matches === true,
    isOutdated: (hash) => !isMadeAt(cost, hash),
  };
}
