import type { Clock } from "../clock.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { EventId } from "../ids.ts";
import type { MemoryRows } from "../user/user-rows.memory.ts";
import type { EmailChange, EmailChangeStore } from "./email-change-store.ts";

/** Keeps the requested changes of address in a Map, next to the users in memory. */
export function memoryEmailChangeStore(
  clock: Clock,
  log: MemoryLog,
  { all, ofEmail, update, sessionIsCurrent }: MemoryRows,
): EmailChangeStore {
  const changes = new Map<EventId, EmailChange & { readonly expiresAtMs: number }>();

  const unexpired = () =>
    [...changes.values()]
      .filter(({ expiresAtMs, userId }) => expiresAtMs > clock.now().getTime() && all.has(userId))
      .map(({ id, userId, epoch, email, emailKey }) => ({ id, userId, epoch, email, emailKey }));

  return {
    async propose(actingSession, { ttlMs, ...proposal }, events) {
      if (!sessionIsCurrent(actingSession)) return false;
      const { userId, epoch } = actingSession;
      const expiresAtMs = clock.now().getTime() + ttlMs;
      changes.set(proposal.id, { ...proposal, userId, epoch, expiresAtMs });
      log.add(events);
      return true;
    },

    async find(id) {
      return unexpired().find((change) => change.id === id);
    },

    async list(userId) {
      return unexpired().filter((change) => change.userId === userId);
    },

    async confirm({ userId, epoch, email, emailKey, keepsPassword, ...given }, events) {
      const { actingSession, language } = given;
      const user = all.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt) return undefined;
      if (actingSession && !sessionIsCurrent(actingSession)) return undefined;
      const owner = ofEmail(emailKey);
      if (owner && owner.user.id !== userId) return "email_taken";
      const fields = { email, emailKey, emailVerifiedAt: clock.now(), epoch: epoch + 1 };
      const cleared = { passwordHash: undefined, idempotencyHash: undefined, language };
      return update(userId, () => ({ ...fields, ...(keepsPassword ? {} : cleared) }), events);
    },
  };
}
