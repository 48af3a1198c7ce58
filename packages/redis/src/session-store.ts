import {
  MAX_SESSIONS,
  type Session,
  type SessionId,
  type SessionStore,
  type User,
  type UserId,
} from "@postern/domain";
import { redisTurns, within } from "./clock.ts";
import { answered, fail, type RedisClient } from "./connect.ts";

/** What a check answers of a user, beside the id that is in the key. Times in ms since 1970. */
interface Snapshot {
  readonly email: string;
  readonly verified?: number;
}

/** Sessions in one hash per user; `scripts.ts` shows its form. Every method is one round trip. */
export function redisSessionStore(client: RedisClient): SessionStore {
  const turn = redisTurns(client);
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
      return packed === null ? undefined : toSession(user.id, unpackSession(packed));
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const [key, field] = [keyOf(userId), fieldOf(tokenHash)];
      const [now, [epoch, user, packed]] = await within(turn(), (time) =>
        Promise.all([time, client.hmget(key, "epoch", "user", field).catch(fail)]),
      );
      if (!epoch || !user || !packed) return undefined;
      const [session, at] = [unpackSession(packed), now()];
      if (session.epoch !== epoch || !isLive(session, at)) return undefined;
      if (at - session.seen >= touchEveryMs) {
        // Nobody waits for the touch. One that fails, because Redis is full perhaps, is the next check's.
        client.posternTouch(key, field, at).catch(() => undefined);
        session.seen = at;
      }
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
        .map(unpackSession)
        .toSorted((one, other) => one.created - other.created)
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

/** A session as `scripts.ts` packs it. */
function unpackSession(packed: string) {
  const [epoch = "", id = "", created, seen, idle = "", over] = packed.split(" ");
  return {
    epoch,
    id: id as SessionId,
    created: Number(created),
    seen: Number(seen),
    idle: Number(idle),
    over: Number(over),
    remembered: idle.startsWith(REMEMBERED),
  };
}

type Packed = ReturnType<typeof unpackSession>;

const isLive = ({ seen, idle, over }: Packed, now: number) => now < seen + idle && now < over;

function toSession(userId: UserId, packed: Packed): Session {
  const { epoch, id, created, seen, idle, over, remembered } = packed;
  return {
    id,
    userId,
    epoch: Number(epoch),
    createdAt: new Date(created / 1000),
    lastSeenAt: new Date(seen),
    idleExpiresAt: new Date(Math.min(seen + idle, over)),
    absoluteExpiresAt: new Date(over),
    remembered,
  };
}
