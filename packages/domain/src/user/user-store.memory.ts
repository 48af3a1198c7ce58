import type { Clock } from "../clock.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { User } from "./user.ts";
import type { UserStore } from "./user-store.ts";

interface Row {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
}

/** Users in a Map. No method awaits before it has written, so each is atomic. */
export function memoryUserStore(clock: Clock, log: MemoryLog): UserStore {
  const rows = new Map<UserId, Row>();
  const findRow = (emailKey: string) =>
    [...rows.values()].find(({ user }) => user.emailKey === emailKey);

  /** Writes what `change` makes of the row, if there is one and `change` makes something of it. */
  function update(
    userId: UserId,
    change: (row: Row) => Partial<User & Pick<Row, "passwordHash">> | undefined,
    events: readonly OutgoingEvent[],
  ): User | undefined {
    const row = rows.get(userId);
    const changed = row && change(row);
    if (!changed) return undefined;
    const { passwordHash = row.passwordHash, ...fields } = changed;
    const revision = row.user.revision + 1;
    const user = { ...row.user, ...fields, revision, updatedAt: clock.now() };
    rows.set(userId, { user, passwordHash });
    log.add(events);
    return user;
  }

  return {
    async create({ passwordHash, ...fields }, events, otherwise = []) {
      if (findRow(fields.emailKey)) {
        log.add(otherwise);
        return undefined;
      }
      const now = clock.now();
      const state = { epoch: 0, revision: 0, emailVerifiedAt: undefined, disabledAt: undefined };
      const user: User = { ...fields, ...state, createdAt: now, updatedAt: now };
      rows.set(user.id, { user, passwordHash });
      log.add(events);
      return user;
    },

    async find(userId) {
      return rows.get(userId)?.user;
    },

    async findByEmail(emailKey) {
      return findRow(emailKey)?.user;
    },

    async findCredentials(emailKey) {
      return findRow(emailKey);
    },

    async replacePassword({ userId, expectedEpoch, passwordHash }, events) {
      return update(
        userId,
        ({ user }) =>
          user.epoch === expectedEpoch && !user.disabledAt
            ? { passwordHash, epoch: user.epoch + 1 }
            : undefined,
        events,
      );
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

    async delete(userId, events) {
      const isThere = rows.delete(userId);
      if (isThere) log.add(events);
      return isThere;
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
      const users = [...rows.values()].map(({ user }) => user);
      return users
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .filter(({ id }) => after === undefined || id > after)
        .slice(0, limit);
    },

    async confirmEpoch(userId, epoch, events) {
      const user = rows.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt) return false;
      log.add(events);
      return true;
    },
  };
}
