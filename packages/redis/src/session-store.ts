import {
  MAX_SESSIONS,
  type Session,
  type SessionId,
  type SessionStore,
  type User,
  type UserId,
} from "@postern/domain";
import { answered, type RedisClient } from "./connect.ts";

/** What a check answers of a user, beside the id that is in the key. Times in ms since 1970. */
interface Snapshot {
  readonly email: string;
  readonly verified?: number;
}

/** Sessions in one hash per user; `scripts.ts` shows its form. Every method is one round trip. */
export function redisSessionStore(client: RedisClient): SessionStore {
  return {
    async open({ id, tokenHash, user, rules, remembered = false, continues }) {
      const { idleMs, absoluteMs } = rules;
      const values = [
        fieldOf(tokenHash),
        user.epoch,
        packUser(user),
        id,
        idleMs,
        absoluteMs,
        MAX_SESSIONS,
        remembered ? REMEMBERED : "",
        continues ? continues.createdAt.getTime() * 1000 : "",
        continues ? continues.absoluteExpiresAt.getTime() : "",
      ];
      const packed = await answered(client.posternOpen(keyOf(user.id), ...values));
      return packed === null ? undefined : toSession(user.id, packed);
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const answer = client.posternCheck(keyOf(userId), fieldOf(tokenHash), touchEveryMs);
      const found = await answered(answer);
      if (!found) return undefined;
      const [user, session] = found;
      return { session: toSession(userId, session), user: { id: userId, ...unpackUser(user) } };
    },

    async end(userId, sessionId) {
      await answered(client.posternEnd(keyOf(userId), sessionId));
    },

    async project(user) {
      await answered(client.posternProject(keyOf(user.id), user.epoch, packUser(user)));
    },

    async forget(userId) {
      await answered(client.del(keyOf(userId)));
    },

    async list(userId) {
      const packed = await answered(client.posternList(keyOf(userId)));
      return packed
        .toSorted((one, other) => createdMicroseconds(one) - createdMicroseconds(other))
        .map((session) => toSession(userId, session));
    },
  };
}

/** Stands in front of the idle time of a packed session. */
const REMEMBERED = "0";

const keyOf = (userId: UserId) => `postern:user:${userId}`;
const fieldOf = (tokenHash: string) => `s:${tokenHash}`;

function packUser({ revision, email, emailVerifiedAt }: User): string {
  const snapshot: Snapshot = {
    email,
    ...(emailVerifiedAt && { verified: emailVerifiedAt.getTime() }),
  };
  return `${revision} ${JSON.stringify(snapshot)}`;
}

function unpackUser(packed: string): Pick<User, "email" | "emailVerifiedAt"> {
  const { email, verified } = JSON.parse(packed.slice(packed.indexOf(" "))) as Snapshot;
  return { email, emailVerifiedAt: verified === undefined ? undefined : new Date(verified) };
}

const createdMicroseconds = (packed: string) => Number(packed.split(" ")[2]);

function toSession(userId: UserId, packed: string): Session {
  const [epoch, id, created, seen, idle, over] = packed.split(" ");
  return {
    id: id as SessionId,
    userId,
    epoch: Number(epoch),
    createdAt: new Date(Number(created) / 1000),
    lastSeenAt: new Date(Number(seen)),
    idleExpiresAt: new Date(Math.min(Number(seen) + Number(idle), Number(over))),
    absoluteExpiresAt: new Date(Number(over)),
    remembered: idle?.startsWith(REMEMBERED) === true,
  };
}
