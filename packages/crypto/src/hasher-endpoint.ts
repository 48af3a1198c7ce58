import { hash as digest, timingSafeEqual } from "node:crypto";
import {
  type Password,
  type PasswordHash,
  type PasswordHasher,
  Unavailable,
} from "@postern/domain";
import { MAX_BYTES } from "./bcrypt-hasher.ts";
import type { HashRequest } from "./remote-hasher.ts";

/** A password, a hash and a share are shorter. */
const MAX_BODY = 1_024;

const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });

/**
 * Creates the fetch handler of a hasher for processes that cannot hash themselves (`remoteHasher`).
 * It stands on a listener of its own, never on the public one. Who has the secret can only have
 * passwords hashed and compared.
 */
export function hasherEndpoint({
  hasher,
  secret,
  onFault,
}: {
  readonly hasher: PasswordHasher;
  readonly secret: string;
  /** Called with every fault. The answer does not reveal it. */
  readonly onFault: (error: unknown) => void;
}): (request: Request) => Promise<Response> {
  const expected = digest("sha256", `Bearer ${secret}`, "buffer");
  const isAuthentic = (given: string | null) =>
    timingSafeEqual(digest("sha256", given ?? "", "buffer"), expected);
  return async (request) => {
    if (!isAuthentic(request.headers.get("authorization")))
      return answer(401, { message: "unknown secret" }, { "www-authenticate": "Bearer" });
    const given = request.method === "POST" ? await readRequest(request) : undefined;
    if (!given) return answer(400, { message: "malformed request" });
    const { password, hash, ...share } = given;
    try {
      return hash === undefined
        ? answer(200, { hash: await hasher.hash(password as Password, share) })
        : answer(200, {
            matches: await hasher.verify(
              password as Password,
              (hash ?? undefined) as PasswordHash | undefined,
              share,
            ),
          });
    } catch (error) {
      if (!(error instanceof Unavailable)) {
        onFault(error);
        return answer(500, { message: "unexpected error" });
      }
      const retryAfter = { "retry-after": String(error.retryAfterSeconds) };
      return answer(503, { message: "at capacity" }, retryAfter);
    }
  };
}

/** Reads a request, and gives up one that is larger than any. */
async function readRequest(request: Request): Promise<HashRequest | undefined> {
  try {
    let text = "";
    const decoder = new TextDecoder("utf-8", { fatal: true });
    for await (const part of request.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length > MAX_BODY) return undefined; // leaving the loop cancels the stream
    }
    const value = JSON.parse(text) as Partial<Record<keyof HashRequest, unknown>>;
    const { password, hash, network, isKnownDevice = false } = value;
    const isWhole =
      typeof password === "string" &&
      Buffer.byteLength(password) <= MAX_BYTES &&
      (hash === undefined || hash === null || typeof hash === "string") && // malformed ones too
      (network === undefined || typeof network === "string") &&
      typeof isKnownDevice === "boolean";
    return isWhole ? (value as HashRequest) : undefined;
  } catch {
    return undefined; // not JSON, or not UTF-8
  }
}
