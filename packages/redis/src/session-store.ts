import { hashPrefixOf, isLive, MAX_SESSIONS, type SessionStore } from "@postern/domain";
import { decodeSession, decodeUser, encodeUser, keyOf, REMEMBER, toSession } from "./codec.ts";
import { type RedisClient, withTimeout } from "./connect.ts";
import { sessionBatcher } from "./session-batcher.ts";

/**
 * Stores all sessions of a user in one Redis hash, whose format `scripts.ts` documents. Every
 * method waits for one round trip.
 */
export function redisSessionStore(client: RedisClient): SessionStore {
  const lookups = sessionBatcher(client);
  return {
    async open({ tokenHash, user, rules, remembered = false, replaces }) {
      const opened = await withTimeout(
        client.posternOpen(
          keyOf(user.id),
          tokenHash,
          encodeUser(user),
          rules.idleMs,
          rules.absoluteMs,
          MAX_SESSIONS,
          remembered ? REMEMBER.yes : REMEMBER.no,
          replaces ? replaces.createdAt.getTime() * 1000 : "",
          replaces ? replaces.absoluteExpiresAt.getTime() : "",
        ),
      );
      const stored = opened === null ? undefined : decodeSession(opened);
      return stored && toSession(user.id, tokenHash, stored);
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const key = keyOf(userId);
      const found = await lookups.load(key, tokenHash);
      if (!found) return undefined;
      const { nowMs } = found;
      const [stored, copy] = [decodeSession(found.session), decodeUser(found.user)];
      if (!stored || stored.epoch !== copy?.epoch) return undefined;
      const session = toSession(userId, tokenHash, stored);
      if (!isLive(session, new Date(nowMs))) return undefined;
      const { email, emailVerifiedAt } = copy;
      const checked = { session, user: { id: userId, email, emailVerifiedAt } };
      if (nowMs - stored.lastSeenAtMs < touchEveryMs) return checked;
      // The caller does not wait for the touch. If it fails, the next check touches the session.
      client.posternTouch(key, tokenHash, nowMs).catch(() => undefined);
      return { ...checked, session: toSession(userId, tokenHash, stored, nowMs) };
    },

    async end(userId, sessionId) {
      const ended = await withTimeout(client.posternEnd(keyOf(userId), hashPrefixOf(sessionId)));
      const [field = "", session = ""] = ended ?? [];
      const stored = decodeSession(session);
      return stored && toSession(userId, field, stored);
    },

    async syncUser(user) {
      await withTimeout(client.posternSyncUser(keyOf(user.id), encodeUser(user)));
    },

    async deleteUser(userId) {
      await withTimeout(client.del(keyOf(userId)));
    },

    async list(userId) {
      const listed = await withTimeout(client.posternList(keyOf(userId)));
      return listed
        .flatMap(([field, session]) => {
          const stored = decodeSession(session);
          return stored ? [{ field, stored }] : [];
        })
        .toSorted((one, other) => one.stored.createdAtUs - other.stored.createdAtUs)
        .map(({ field, stored }) => toSession(userId, field, stored));
    },
  };
}
