import type { Clock } from "../clock.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { UserId } from "../ids.ts";
import type { MemoryRows } from "../user/user-rows.memory.ts";
import type { SessionLedger, SessionRecord } from "./session-ledger.ts";

/** Session records in a Map beside the users. No method awaits before it has written. */
export function memorySessionLedger(
  clock: Clock,
  log: MemoryLog,
  { all, isRevoked, sessionIsCurrent }: MemoryRows,
): SessionLedger {
  const records = new Map<UserId, SessionRecord[]>();
  const recordsOf = (userId: UserId) => (all.has(userId) ? (records.get(userId) ?? []) : []);

  return {
    async confirm(session, created, replaces) {
      const { userId, epoch } = session;
      const user = all.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt || isRevoked(replaces)) return false;
      log.add([created]);
      records.set(userId, [...recordsOf(userId), session]);
      return true;
    },

    async revoke({ id, userId, epoch }, revoked, actingSession) {
      const user = all.get(userId)?.user;
      const recorded = recordsOf(userId).find(
        (record) => record.id === id && record.expiresAt > clock.now(),
      );
      if (!user || user.disabledAt || (epoch ?? recorded?.epoch) !== user.epoch) return undefined;
      if (actingSession && !(actingSession.userId === userId && sessionIsCurrent(actingSession)))
        return undefined;
      const revocation = isRevoked(id) ? "already_revoked" : "revoked";
      log.add([revoked]);
      return revocation;
    },

    async find(userId, sessionIds) {
      return recordsOf(userId).filter(({ id }) => sessionIds.includes(id));
    },

    async list(userId, limit, after) {
      const sorted = recordsOf(userId).toSorted((one, other) => (one.id < other.id ? -1 : 1));
      return sorted.filter(({ id }) => after === undefined || id > after).slice(0, limit);
    },
  };
}
