import type { SessionId } from "../ids.ts";
import type { TokenHash } from "../token/token.ts";

/**
 * Returns the public id of the session whose token has this hash: its first 120 bits. A caller with
 * the token therefore knows which session to end, without asking the session store, and no id is
 * stored beside the hash. A session counts only if the rest of the hash matches too.
 */
export function sessionIdOf(tokenHash: TokenHash): SessionId {
  const at = (from: number, to: number) => tokenHash.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(12, 15)}-8${at(15, 18)}-${at(18, 30)}` as SessionId;
}

/** Returns the start of the hash of this session: 30 hexadecimal digits. */
export const hashPrefixOf = (id: SessionId): string =>
  `${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}${id.slice(20, 23)}${id.slice(24)}`;
