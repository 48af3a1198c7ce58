import type { Clock } from "../clock.ts";
import type { UserId } from "../ids.ts";
import type { TokenHash } from "../token/token.ts";
import type { User } from "../user/user.ts";
import { sessionIdOf } from "./session-id.ts";
import { isLive, MAX_SESSIONS, type Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

type StoredSession = Session & { readonly idleMs: number };

/** The copy of one user, and the sessions of that copy's epoch. */
interface Copy {
  user: User;
  readonly sessions: Map<TokenHash, StoredSession>;
}

/** Sessions in a Map of Maps, shaped like the Redis adapter's hashes. */
export function memorySessionStore(clock: Clock): SessionStore {
  const copies = new Map<UserId, Copy>();

  function refresh(copy: Copy, user: User): void {
    if (user.epoch > copy.user.epoch) copy.sessions.clear();
    if (user.revision > copy.user.revision) copy.user = user;
  }

  return {
    async open({ tokenHash, user, rules, remembered = false, replaces }) {
      const copy = copies.get(user.id) ?? { user, sessions: new Map<TokenHash, StoredSession>() };
      copies.set(user.id, copy);
      if (copy.user.epoch > user.epoch) return undefined;
      refresh(copy, user);
      for (const [hash, session] of copy.sessions) {
        if (!isLive(session, clock.now())) copy.sessions.delete(hash);
      }
      const [oldest] = copy.sessions.keys();
      if (oldest && copy.sessions.size >= MAX_SESSIONS) copy.sessions.delete(oldest);
      const now = clock.now();
      const session = touched(
        {
          id: sessionIdOf(tokenHash),
          userId: user.id,
          epoch: user.epoch,
          idleMs: rules.idleMs,
          createdAt: replaces?.createdAt ?? now,
          absoluteExpiresAt:
            replaces?.absoluteExpiresAt ?? new Date(now.getTime() + rules.absoluteMs),
          remembered,
        },
        now,
      );
      copy.sessions.set(tokenHash, session);
      return session;
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const copy = copies.get(userId);
      let session = copy?.sessions.get(tokenHash);
      if (!copy || !session || !isLive(session, clock.now())) return undefined;
      const now = clock.now();
      if (now.getTime() - session.lastSeenAt.getTime() >= touchEveryMs) {
        session = touched(session, now);
        copy.sessions.set(tokenHash, session);
      }
      const { id, email, emailVerifiedAt } = copy.user;
      return { session, user: { id, email, emailVerifiedAt } };
    },

    async end(userId, sessionId) {
      const sessions = copies.get(userId)?.sessions ?? new Map<TokenHash, StoredSession>();
      const [hash, session] = [...sessions].find(([, { id }]) => id === sessionId) ?? [];
      if (hash) sessions.delete(hash);
      return session && isLive(session, clock.now()) ? session : undefined;
    },

    async syncUser(user) {
      const copy = copies.get(user.id);
      if (copy) refresh(copy, user);
    },

    async deleteUser(userId) {
      copies.delete(userId);
    },

    async list(userId) {
      return [...(copies.get(userId)?.sessions.values() ?? [])].filter((session) =>
        isLive(session, clock.now()),
      );
    },
  };
}

/** Returns the session as used at `now`: the idle expiry moves, but never past the absolute one. */
function touched(
  session: Omit<StoredSession, "lastSeenAt" | "idleExpiresAt">,
  now: Date,
): StoredSession {
  const idleExpiresAt = Math.min(
    now.getTime() + session.idleMs,
    session.absoluteExpiresAt.getTime(),
  );
  return { ...session, lastSeenAt: now, idleExpiresAt: new Date(idleExpiresAt) };
}
