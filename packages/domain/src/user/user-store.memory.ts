import type { Clock } from "../clock.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { UserId } from "../ids.ts";
import type { User } from "./user.ts";
import type { MemoryRow, MemoryRows } from "./user-rows.memory.ts";
import type { UserStore } from "./user-store.ts";

/** Users in a Map. No method awaits before it has written, so each is atomic. */
export function memoryUserStore(
  clock: Clock,
  log: MemoryLog,
  { all, ofEmail, update, sessionIsCurrent }: MemoryRows,
): UserStore {
  function remove(userId: UserId, events: readonly OutgoingEvent[]): boolean {
    const isThere = all.delete(userId);
    if (isThere) log.add(events);
    return isThere;
  }

  const isOverdue = ({ emailVerifiedAt, verifyBy }: User) =>
    emailVerifiedAt === undefined && verifyBy !== undefined && verifyBy <= clock.now();

  return {
    async create(
      { passwordHash, verifyWithinMs, language, ...fields },
      events,
      eventsIfTaken = [],
    ) {
      if (ofEmail(fields.emailKey)) {
        log.add(eventsIfTaken);
        return undefined;
      }
      const now = clock.now();
      const verifyBy =
        verifyWithinMs === undefined ? undefined : new Date(now.getTime() + verifyWithinMs);
      const state = { epoch: 0, revision: 0, emailVerifiedAt: undefined, disabledAt: undefined };
      const times = { verifyBy, createdAt: now, updatedAt: now };
      const user: User = { ...fields, ...state, ...times, language };
      all.set(user.id, { user, passwordHash });
      log.add(events);
      return user;
    },

    async findById(userId) {
      return all.get(userId)?.user;
    },

    async findByEmail(emailKey) {
      return ofEmail(emailKey)?.user;
    },

    async findCredentialsByEmail(emailKey) {
      return credentials(ofEmail(emailKey));
    },

    async findCredentialsById(userId) {
      return credentials(all.get(userId));
    },

    async replacePassword({ userId, expectedEpoch, passwordHash, ...change }, events) {
      const { actingSession, idempotencyHash, verifiesEmail = false } = change;
      return update(
        userId,
        ({ user }) => {
          const stands = user.epoch === expectedEpoch && !user.disabledAt;
          if (!stands || (actingSession && !sessionIsCurrent(actingSession))) return undefined;
          const isFirstProof = verifiesEmail && !user.emailVerifiedAt;
          const proof = isFirstProof
            ? { emailVerifiedAt: clock.now(), language: change.language }
            : {};
          return { passwordHash, idempotencyHash, ...proof, epoch: user.epoch + 1 };
        },
        events,
      );
    },

    async findByIdempotencyHash(userId, idempotencyHash) {
      const row = all.get(userId);
      return row?.idempotencyHash === idempotencyHash ? row.user : undefined;
    },

    async verifyEmail({ userId, expectedEpoch, keepsPassword, language, actingSession }, events) {
      return update(
        userId,
        ({ user }) => {
          if (user.epoch !== expectedEpoch || user.disabledAt || user.emailVerifiedAt)
            return undefined;
          if (actingSession && !sessionIsCurrent(actingSession)) return undefined;
          const emailVerifiedAt = clock.now();
          if (keepsPassword) return { emailVerifiedAt };
          const cleared = { passwordHash: undefined, idempotencyHash: undefined, language };
          return { ...cleared, emailVerifiedAt, epoch: user.epoch + 1 };
        },
        events,
      );
    },

    async raiseEpoch(actingSession, events) {
      const raise = ({ user }: MemoryRow) =>
        sessionIsCurrent(actingSession) ? { epoch: user.epoch + 1 } : undefined;
      return update(actingSession.userId, raise, events);
    },

    async setLanguage(actingSession, language) {
      const set = ({ user: { revision } }: MemoryRow) =>
        sessionIsCurrent(actingSession) ? { language, revision } : undefined;
      return update(actingSession.userId, set, []);
    },

    async rehash({ userId, expectedEpoch, expectedHash, passwordHash }) {
      return update(
        userId,
        (row) =>
          row.user.epoch === expectedEpoch && row.passwordHash === expectedHash
            ? { passwordHash }
            : undefined,
        [],
      );
    },

    async disable(userId, events) {
      return update(
        userId,
        ({ user }) =>
          user.disabledAt ? undefined : { disabledAt: clock.now(), epoch: user.epoch + 1 },
        events,
      );
    },

    async enable(userId, events) {
      return update(
        userId,
        ({ user }) => (user.disabledAt ? { disabledAt: undefined } : undefined),
        events,
      );
    },

    async delete(userId, events, actingSession) {
      if (actingSession && !sessionIsCurrent(actingSession)) return false;
      return remove(userId, events);
    },

    async deleteUnverified(userId, events) {
      const user = all.get(userId)?.user;
      return user !== undefined && isOverdue(user) && remove(userId, events);
    },

    async listUnverified(limit) {
      const users = [...all.values()].map(({ user }) => user);
      return users.filter(isOverdue).slice(0, limit);
    },

    async endSessions(userIds, events) {
      const raised = userIds.map((userId) =>
        update(
          userId,
          ({ user }) => ({ epoch: user.epoch + 1 }),
          events.filter((event) => event.userId === userId),
        ),
      );
      return raised.filter((user) => user !== undefined);
    },

    async list({ after, limit }) {
      const users = [...all.values()].map(({ user }) => user);
      return users
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .filter(({ id }) => after === undefined || id > after)
        .slice(0, limit);
    },
  };
}

const credentials = (row: MemoryRow | undefined) =>
  row && { user: row.user, passwordHash: row.passwordHash };
