import { type Session, sessionIdOf, type TokenHash, type User, type UserId } from "@postern/domain";

/** The text in a user's key of Redis. `scripts.ts` documents the format and reads it too. */

export const keyOf = (userId: UserId) => `postern:user:${userId}`;

const NEVER = "-";

export const encodeUser = ({ epoch, revision, email, emailVerifiedAt }: User): string =>
  `${epoch} ${revision} ${emailVerifiedAt?.getTime() ?? NEVER} ${email}`;

export function decodeUser(text: string) {
  const [epoch, , verifiedMs, email = ""] = text.split(" ");
  const emailVerifiedAt = verifiedMs === NEVER ? undefined : new Date(Number(verifiedMs));
  return { epoch: Number(epoch), email, emailVerifiedAt };
}

/** The flag of a session that is remembered after the browser closes. */
export const REMEMBER = { yes: "1", no: "0" } as const;

/** The fields of a session as Redis stores them. */
export interface StoredSession {
  readonly epoch: number;
  readonly createdAtUs: number;
  readonly lastSeenAtMs: number;
  readonly idleMs: number;
  readonly absoluteExpiresAtMs: number;
  readonly remembered: boolean;
}

export function decodeSession(text: string): StoredSession {
  const [epoch, createdAtUs, lastSeenAtMs, idleMs, absoluteExpiresAtMs, remember] = text.split(" ");
  return {
    epoch: Number(epoch),
    createdAtUs: Number(createdAtUs),
    lastSeenAtMs: Number(lastSeenAtMs),
    idleMs: Number(idleMs),
    absoluteExpiresAtMs: Number(absoluteExpiresAtMs),
    remembered: remember === REMEMBER.yes,
  };
}

/** Builds the session whose field in the hash is `field`, as last used at `lastSeenAtMs`. */
export function toSession(
  userId: UserId,
  field: string,
  { epoch, createdAtUs, idleMs, absoluteExpiresAtMs, remembered, ...stored }: StoredSession,
  lastSeenAtMs: number = stored.lastSeenAtMs,
): Session {
  return {
    id: sessionIdOf(field as TokenHash),
    userId,
    epoch,
    createdAt: new Date(createdAtUs / 1000),
    lastSeenAt: new Date(lastSeenAtMs),
    idleExpiresAt: new Date(Math.min(lastSeenAtMs + idleMs, absoluteExpiresAtMs)),
    absoluteExpiresAt: new Date(absoluteExpiresAtMs),
    remembered,
  };
}
