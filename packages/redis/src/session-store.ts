import { hashPrefixOf, MAX_SESSIONS, type SessionStore } from "@postern/domain";
import { answered, type RedisClient } from "./connect.ts";
import { looks } from "./looks.ts";
import {
  isLive,
  keyOf,
  packUser,
  REMEMBERED,
  toSession,
  unpackBoth,
  unpackSession,
} from "./packing.ts";

/** Sessions in one hash per user; `scripts.ts` shows its form. Every method is one round trip. */
export function redisSessionStore(client: RedisClient): SessionStore {
  const look = looks(client);
  return {
    async open({ tokenHash, user, rules, remembered = false, continues }) {
      const { idleMs, absoluteMs } = rules;
      const values = [
        tokenHash,
        packUser(user),
        idleMs,
        absoluteMs,
        MAX_SESSIONS,
        remembered ? REMEMBERED : "",
        continues ? continues.createdAt.getTime() * 1000 : "",
        continues ? continues.absoluteExpiresAt.getTime() : "",
      ];
      const packed = await answered(client.posternOpen(keyOf(user.id), ...values));
      return packed === null ? undefined : toSession(user.id, tokenHash, unpackSession(packed));
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const key = keyOf(userId);
      const found = await look(key, tokenHash);
      if (!found) return undefined;
      const { at, packed } = found;
      const { session, epoch, user } = unpackBoth(packed);
      if (session.epoch !== epoch || !isLive(session, at)) return undefined;
      if (at - session.seen >= touchEveryMs) {
        // Nobody waits for the touch. One that fails, because Redis is full perhaps, is the next check's.
        client.posternTouch(key, tokenHash, at).catch(() => undefined);
        session.seen = at;
      }
      return { session: toSession(userId, tokenHash, session), user: { id: userId, ...user } };
    },

    async end(userId, sessionId) {
      const ended = await answered(client.posternEnd(keyOf(userId), hashPrefixOf(sessionId)));
      const [field, packed] = ended ?? [];
      return field && packed ? toSession(userId, field, unpackSession(packed)) : undefined;
    },

    async project(user) {
      await answered(client.posternProject(keyOf(user.id), packUser(user)));
    },

    async forget(userId) {
      await answered(client.del(keyOf(userId)));
    },

    async list(userId) {
      const listed = await answered(client.posternList(keyOf(userId)));
      return listed
        .map(([field, packed]) => ({ field, session: unpackSession(packed) }))
        .toSorted((one, other) => one.session.created - other.session.created)
        .map(({ field, session }) => toSession(userId, field, session));
    },
  };
}
