import { type Session, sessionIdOf, type TokenHash, type User, type UserId } from "@postern/domain";

/** The text in a user's key of Redis. `scripts.ts` documents the format and reads it too. */

const NEVER = "-";
const USER = /^(\d+) \d+ (\d+|-) (\S+)$/;
const SESSION = /^(\d+) (\d+) (\d+) (\d+) (\d+) ([01])$/;

export const encodeUser = ({ epoch, revision, email, emailVerifiedAt }: User): string =>
  `${epoch} ${revision} ${emailVerifiedAt?.getTime() ?? NEVER} ${email}`;

/** Returns what checks read of a user, or `undefined` for text that is not in the format. */
export function decodeUser(text: string) {
  const [matched, epoch, verifiedMs, email = ""] = USER.exec(text) ?? [];
  if (matched === undefined) return undefined;
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

/** Returns `undefined` for text that is not in the format, as the scripts do. */
export function decodeSession(text: string): StoredSession | undefined {
  const [matched, epoch, createdAtUs, lastSeenAtMs, idleMs, absoluteExpiresAtMs, remember] =
    SESSION.exec(text) ?? [];
  if (matched === undefined) return undefined;
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
  stored: StoredSession,
  lastSeenAtMs: number = stored.lastSeenAtMs,
): Session {
  const { idleMs, absoluteExpiresAtMs } = stored;
  return {
    id: sessionIdOf(field as TokenHash),
    userId,
    epoch: stored.epoch,
    createdAt: new Date(stored.createdAtUs / 1000),
    lastSeenAt: new Date(lastSeenAtMs),
    idleExpiresAt: new Date(Math.min(lastSeenAtMs + idleMs, absoluteExpiresAtMs)),
    absoluteExpiresAt: new Date(absoluteExpiresAtMs),
    remembered: stored.remembered,
  };
}
