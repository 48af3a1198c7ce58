import { type Session, sessionIdOf, type TokenHash, type User, type UserId } from "@postern/domain";

/** What a key of Redis holds, as text; `scripts.ts` says in which form, and reads it too. */

export const keyOf = (userId: UserId) => `postern:user:${userId}`;

/** Stands in front of the idle time of a session that is to be remembered. */
export const REMEMBERED = "0";

export function packUser({ epoch, revision, email, emailVerifiedAt }: User): string {
  return `${epoch} ${revision} ${emailVerifiedAt?.getTime() ?? NEVER} ${email}`;
}

const NEVER = "-";

export function unpackSession(packed: string) {
  return toUnpacked(packed.split(" "));
}

/** A session and its user, a space between. */
export function unpackBoth(packed: string) {
  const parts = packed.split(" ");
  const [, , , , , epoch = "", , verified, email = ""] = parts;
  const emailVerifiedAt = verified === NEVER ? undefined : new Date(Number(verified));
  return { session: toUnpacked(parts), epoch, user: { email, emailVerifiedAt } };
}

function toUnpacked([epoch = "", created, seen, idle = "", over]: readonly string[]) {
  return {
    epoch,
    created: Number(created),
    seen: Number(seen),
    idle: Number(idle),
    over: Number(over),
    remembered: idle.startsWith(REMEMBERED),
  };
}

type Unpacked = ReturnType<typeof toUnpacked>;

export const isLive = ({ seen, idle, over }: Unpacked, now: number) =>
  now < seen + idle && now < over;

export function toSession(userId: UserId, field: string, unpacked: Unpacked): Session {
  const { epoch, created, seen, idle, over, remembered } = unpacked;
  return {
    id: sessionIdOf(field as TokenHash),
    userId,
    epoch: Number(epoch),
    createdAt: new Date(created / 1000),
    lastSeenAt: new Date(seen),
    idleExpiresAt: new Date(Math.min(seen + idle, over)),
    absoluteExpiresAt: new Date(over),
    remembered,
  };
}
