import {
  hashPrefixOf,
  isLive,
  MAX_SESSIONS,
  type SessionStore,
  type UserId,
  type RevocationNote,
} from "@postern/domain";
import { decodeSession, decodeUser, encodeUser, REMEMBER, toSession } from "./codec.ts";
import { type RedisClient, withTimeout } from "./connect.ts";
import type { Fence } from "./fence.ts";
import { isFenced } from "./fence-scripts.ts";
import { keyOf, partitionOf } from "./partition.ts";
import { sessionBatcher } from "./session-batcher.ts";

/** A user's key, and the history under which a script on it counts. */
interface Target {
  readonly key: string;
  readonly history: string;
}

/**
 * Stores all sessions of a user in one Redis hash, whose format `scripts.ts` documents. Every
 * method waits for one round trip.
 */
export function redisSessionStore(client: RedisClient, fence: Fence): SessionStore {
  const lookups = sessionBatcher(client, fence);

  /** Sends a command under the history that counts now. */
  async function send<T>(userId: UserId, command: (to: Target) => Promise<T>): Promise<T> {
    const { source, history } = await fence.leaseOf(partitionOf(userId));
    return await watched(command({ key: keyOf(source, userId), history }));
  }

  /** The same for a revocation: resolves when it may be acknowledged. */
  async function revoke<T>(
    { userId, sessionId }: RevocationNote,
    command: (to: Target) => Promise<T>,
  ): Promise<T> {
    const partition = partitionOf(userId);
    const lease = await fence.leaseOf(partition);
    const applied = watched(command({ key: keyOf(lease.source, userId), history: lease.history }));
    return await fence.acknowledge(partition, lease, { userId, sessionId }, applied);
  }

  async function watched<T>(reply: Promise<T>): Promise<T> {
    return await withTimeout(
      reply.catch((error: unknown) => {
        if (isFenced(error)) fence.refused();
        throw error;
      }),
    );
  }

  return {
    async open({ tokenHash, user, rules, remembered = false, replaces }) {
      const opened = await send(user.id, ({ key, history }) =>
        client.posternOpen(
          key,
          tokenHash,
          encodeUser(user),
          rules.idleMs,
          rules.absoluteMs,
          MAX_SESSIONS,
          remembered ? REMEMBER.yes : REMEMBER.no,
          replaces ? replaces.createdAt.getTime() * 1000 : "",
          replaces ? replaces.absoluteExpiresAt.getTime() : "",
          history,
        ),
      );
      const stored = opened === null ? undefined : decodeSession(opened);
      return stored && toSession(user.id, tokenHash, stored);
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const found = await lookups.load(userId, tokenHash);
      if (!found) return undefined;
      const { nowMs, target } = found;
      const [stored, copy] = [decodeSession(found.session), decodeUser(found.user)];
      if (!stored || stored.epoch !== copy?.epoch) return undefined;
      const session = toSession(userId, tokenHash, stored);
      if (!isLive(session, new Date(nowMs))) return undefined;
      const { email, emailVerifiedAt } = copy;
      const checked = { session, user: { id: userId, email, emailVerifiedAt } };
      if (nowMs - stored.lastSeenAtMs < touchEveryMs) return checked;
      // The caller does not wait for the touch. If it fails, the next check touches the session.
      client.posternTouch(target.key, tokenHash, nowMs, target.history).catch(() => undefined);
      return { ...checked, session: toSession(userId, tokenHash, stored, nowMs) };
    },

    async end(userId, sessionId) {
      const ended = await revoke({ userId, sessionId }, ({ key, history }) =>
        client.posternEnd(key, hashPrefixOf(sessionId), history),
      );
      const [field = "", session = ""] = ended ?? [];
      const stored = decodeSession(session);
      return stored && toSession(userId, field, stored);
    },

    async syncUser(user) {
      await revoke({ userId: user.id }, ({ key, history }) =>
        client.posternSyncUser(key, encodeUser(user), history),
      );
    },

    async deleteUser(userId) {
      await revoke({ userId }, ({ key, history }) => client.posternDeleteUser(key, history));
    },

    async list(userId) {
      const listed = await send(userId, ({ key, history }) => client.posternList(key, history));
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
