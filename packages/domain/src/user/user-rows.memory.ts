import type { Clock } from "../clock.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { SessionId, SessionRef, UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { TokenHash } from "../token/token.ts";
import type { User } from "./user.ts";

export interface MemoryRow {
  readonly user: User;
  readonly passwordHash: PasswordHash | undefined;
  readonly idempotencyHash?: TokenHash | undefined;
}

type Changes = Partial<User & Pick<MemoryRow, "passwordHash" | "idempotencyHash">>;

/** The rows. The in-memory session ledger and e-mail change store use them too. */
export function memoryRows(clock: Clock, log: MemoryLog) {
  const rows = new Map<UserId, MemoryRow>();
  const isRevoked = (sessionId: SessionId | undefined) =>
    log.kept.some(({ type, data }) => type === "session.revoked" && data.sessionId === sessionId);
  return {
    all: rows,
    ofEmail: (emailKey: string) =>
      [...rows.values()].find(({ user }) => user.emailKey === emailKey),

    /** Applies `change` to the row, if there is one and `change` returns something. */
    update(
      userId: UserId,
      change: (row: MemoryRow) => Changes | undefined,
      events: readonly OutgoingEvent[],
    ): User | undefined {
      const row = rows.get(userId);
      const changed = row && change(row);
      if (!changed) return undefined;
      const { user: before, ...hashes } = row;
      const { passwordHash, idempotencyHash, ...fields } = { ...hashes, ...changed };
      const revision = before.revision + 1;
      const user = { ...before, revision, ...fields, updatedAt: clock.now() };
      rows.set(userId, { user, passwordHash, idempotencyHash });
      log.add(events);
      return user;
    },

    isRevoked,

    /** Returns whether the session still counts, by the users and events alone. */
    sessionIsCurrent({ id, userId, epoch }: SessionRef): boolean {
      const user = rows.get(userId)?.user;
      return user?.epoch === epoch && !user.disabledAt && !isRevoked(id);
    },
  };
}

export type MemoryRows = ReturnType<typeof memoryRows>;
