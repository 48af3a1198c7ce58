import type { Clock } from "../clock.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { SessionId, UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { TokenHash } from "../token/token-factory.ts";
import type { User } from "./user.ts";
import type { Holder, SessionOrigin, UserStore } from "./user-store.ts";

export interface MemoryRow {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
  readonly receipt?: TokenHash | undefined;
}

type KeptOrigin = SessionOrigin & { readonly epoch: number; readonly expiresAt: Date };

type Changes = Partial<User & Pick<MemoryRow, "passwordHash" | "receipt">>;

/** The rows, which the in-memory store of e-mail changes writes to as well. */
export function memoryRows(clock: Clock, log: MemoryLog) {
  const rows = new Map<UserId, MemoryRow>();
  const isRevoked = (sessionId: SessionId | undefined) =>
    log.kept.some(({ type, data }) => type === "session.revoked" && data.sessionId === sessionId);
  return {
    all: rows,
    ofEmail: (emailKey: string) =>
      [...rows.values()].find(({ user }) => user.emailKey === emailKey),

    /** Writes what `change` makes of the row, if there is one and `change` makes something of it. */
    update(
      userId: UserId,
      change: (row: MemoryRow) => Changes | undefined,
      events: readonly OutgoingEvent[],
    ): User | undefined {
      const row = rows.get(userId);
      const changed = row && change(row);
      if (!changed) return undefined;
      const given = { passwordHash: row.passwordHash, receipt: row.receipt, ...changed };
      const { passwordHash, receipt, ...fields } = given;
      const revision = row.user.revision + 1;
      const user = { ...row.user, ...fields, revision, updatedAt: clock.now() };
      rows.set(userId, { user, passwordHash, receipt });
      log.add(events);
      return user;
    },

    isRevoked,

    /** Does the session still count, as far as users and events say? */
    holds({ id, userId, epoch }: Holder): boolean {
      const user = rows.get(userId)?.user;
      return user?.epoch === epoch && !user.disabledAt && !isRevoked(id);
    },
  };
}

export type MemoryRows = ReturnType<typeof memoryRows>;

/** Users in a Map. No method awaits before it has written, so each is atomic. */
export function memoryUserStore(
  clock: Clock,
  log: MemoryLog,
  { all, ofEmail, update, holds, isRevoked }: MemoryRows,
): UserStore {
  const origins = new Map<UserId, KeptOrigin[]>();

  function remove(userId: UserId, events: readonly OutgoingEvent[]): boolean {
    const isThere = all.delete(userId);
    origins.delete(userId);
    if (isThere) log.add(events);
    return isThere;
  }

  const isOverdue = ({ emailVerifiedAt, verifyBy }: User) =>
    emailVerifiedAt === undefined && verifyBy !== undefined && verifyBy <= clock.now();

  return {
    async create({ passwordHash, verifyWithinMs, ...fields }, events, otherwise = []) {
      if (ofEmail(fields.emailKey)) {
        log.add(otherwise);
        return undefined;
      }
      const now = clock.now();
      const verifyBy =
        verifyWithinMs === undefined ? undefined : new Date(now.getTime() + verifyWithinMs);
      const state = { epoch: 0, revision: 0, emailVerifiedAt: undefined, disabledAt: undefined };
      const user: User = { ...fields, ...state, verifyBy, createdAt: now, updatedAt: now };
      all.set(user.id, { user, passwordHash });
      log.add(events);
      return user;
    },

    async find(userId) {
      return all.get(userId)?.user;
    },

    async findByEmail(emailKey) {
      return ofEmail(emailKey)?.user;
    },

    async findCredentials(emailKey) {
      return credentials(ofEmail(emailKey));
    },

    async credentialsOf(userId) {
      return credentials(all.get(userId));
    },

    async replacePassword({ userId, expectedEpoch, passwordHash, ...change }, events) {
      const { session, receipt, verifiesEmail = false } = change;
      return update(
        userId,
        ({ user }) => {
          const stands = user.epoch === expectedEpoch && !user.disabledAt;
          if (!stands || (session && !holds(session))) return undefined;
          const emailVerifiedAt = user.emailVerifiedAt ?? (verifiesEmail ? clock.now() : undefined);
          return { passwordHash, receipt, emailVerifiedAt, epoch: user.epoch + 1 };
        },
        events,
      );
    },

    async findByReceipt(userId, receipt) {
      const row = all.get(userId);
      return row?.receipt === receipt ? row.user : undefined;
    },

    async verifyEmail({ userId, expectedEpoch, keepsPassword, session }, events) {
      return update(
        userId,
        ({ user }) => {
          if (user.epoch !== expectedEpoch || user.disabledAt || user.emailVerifiedAt)
            return undefined;
          if (session && !holds(session)) return undefined;
          const emailVerifiedAt = clock.now();
          if (keepsPassword) return { emailVerifiedAt };
          const voided = { passwordHash: undefined, receipt: undefined };
          return { ...voided, emailVerifiedAt, epoch: user.epoch + 1 };
        },
        events,
      );
    },

    async raiseEpoch(holder, events) {
      const raise = ({ user }: MemoryRow) =>
        holds(holder) ? { epoch: user.epoch + 1 } : undefined;
      return update(holder.userId, raise, events);
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

    async delete(userId, events, holder) {
      return holder && !holds(holder) ? false : remove(userId, events);
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

    async revoke({ userId, epoch }, events) {
      const user = all.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt) return false;
      log.add(events);
      return true;
    },

    async revokeOwn({ userId, sessionId }, events) {
      const user = all.get(userId)?.user;
      const own = origins.get(userId)?.find((origin) => origin.sessionId === sessionId);
      if (!user || user.disabledAt || own?.epoch !== user.epoch) return undefined;
      if (own.expiresAt <= clock.now()) return undefined;
      const when = isRevoked(sessionId) ? "before" : "now";
      log.add(events);
      return when;
    },

    async confirmEpoch(userId, epoch, events, session) {
      const user = all.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt || isRevoked(session?.continues)) return false;
      log.add(events);
      if (session) {
        const { continues: _, ...kept } = session;
        origins.set(userId, [...(origins.get(userId) ?? []), { ...kept, epoch }]);
      }
      return true;
    },

    async originsOf(userId) {
      const kept = origins.get(userId) ?? [];
      return kept.map(({ epoch: _epoch, expiresAt: _expiry, ...origin }) => origin);
    },
  };
}

const credentials = (row: MemoryRow | undefined) =>
  row && { user: row.user, passwordHash: row.passwordHash };
