import type { Clock } from "../clock.ts";
import type { UserId } from "../ids.ts";
import type { User } from "../user/user.ts";
import type { TokenHash } from "../token/token-factory.ts";
import { sessionIdOf } from "./session-id.ts";
import { MAX_SESSIONS, type Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

type Kept = Session & { readonly idleMs: number };

/** What is kept of one user: a copy of the user, and the sessions of the copy's epoch. */
interface Copy {
  user: User;
  readonly sessions: Map<TokenHash, Kept>;
}

/** Sessions in a Map of Maps, shaped like the Redis adapter's hashes. */
export function memorySessionStore(clock: Clock): SessionStore {
  const copies = new Map<UserId, Copy>();

  const isLive = (session: Session) =>
    session.idleExpiresAt > clock.now() && session.absoluteExpiresAt > clock.now();

  function takeOver(copy: Copy, user: User): void {
    if (user.epoch > copy.user.epoch) copy.sessions.clear();
    if (user.revision > copy.user.revision) copy.user = user;
  }

  return {
    async open({ tokenHash, user, rules, remembered = false, continues }) {
      const copy = copies.get(user.id) ?? { user, sessions: new Map<TokenHash, Kept>() };
      copies.set(user.id, copy);
      if (copy.user.epoch > user.epoch) return undefined;
      takeOver(copy, user);
      for (const [hash, session] of copy.sessions) {
        if (!isLive(session)) copy.sessions.delete(hash);
      }
      const [oldest] = copy.sessions.keys();
      if (oldest && copy.sessions.size >= MAX_SESSIONS) copy.sessions.delete(oldest);
      const now = clock.now();
      const session = seen(
        {
          id: sessionIdOf(tokenHash),
          userId: user.id,
          epoch: user.epoch,
          idleMs: rules.idleMs,
          createdAt: continues?.createdAt ?? now,
          absoluteExpiresAt:
            continues?.absoluteExpiresAt ?? new Date(now.getTime() + rules.absoluteMs),
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
      if (!copy || !session || !isLive(session)) return undefined;
      const now = clock.now();
      if (now.getTime() - session.lastSeenAt.getTime() >= touchEveryMs) {
        session = seen(session, now);
        copy.sessions.set(tokenHash, session);
      }
      const { id, email, emailVerifiedAt } = copy.user;
      return { session, user: { id, email, emailVerifiedAt } };
    },

    async end(userId, sessionId) {
      const sessions = copies.get(userId)?.sessions ?? new Map<TokenHash, Kept>();
      const [hash, session] = [...sessions].find(([, { id }]) => id === sessionId) ?? [];
      if (hash) sessions.delete(hash);
      return session && isLive(session) ? session : undefined;
    },

    async project(user) {
      const copy = copies.get(user.id);
      if (copy) takeOver(copy, user);
    },

    async forget(userId) {
      copies.delete(userId);
    },

    async list(userId) {
      return [...(copies.get(userId)?.sessions.values() ?? [])].filter(isLive);
    },
  };
}

/** The session as of its use at `now`: the idle expiry moves, never past the absolute one. */
function seen(session: Omit<Kept, "lastSeenAt" | "idleExpiresAt">, now: Date): Kept {
  const idleExpiresAt = Math.min(
    now.getTime() + session.idleMs,
    session.absoluteExpiresAt.getTime(),
  );
  return { ...session, lastSeenAt: now, idleExpiresAt: new Date(idleExpiresAt) };
}
