import type { SessionId } from "../ids.ts";
import type { TokenHash } from "../token/token.ts";

/**
 * The public id of the session whose token has this hash: its first 120 bits. So whoever holds the
 * token knows which session to end without asking where sessions are kept, and nothing about the id is
 * kept beside the hash. The rest of the hash is compared too before a session counts.
 */
export function sessionIdOf(tokenHash: TokenHash): SessionId {
  const at = (from: number, to: number) => tokenHash.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(12, 15)}-8${at(15, 18)}-${at(18, 30)}` as SessionId;
}

/** The other way round: what the hash begins with, 30 hexadecimal digits. */
export const hashPrefixOf = (id: SessionId): string =>
  `${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}${id.slice(20, 23)}${id.slice(24)}`;
