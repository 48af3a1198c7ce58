import type { Clock } from "../clock.ts";
import type { MemoryLog } from "../event/event-store.memory.ts";
import type { EventId } from "../ids.ts";
import type { MemoryRows } from "../user/user-store.memory.ts";
import type { EmailChange, EmailChangeStore } from "./email-change-store.ts";

/** Changes in a Map beside the users'. */
export function memoryEmailChangeStore(
  clock: Clock,
  log: MemoryLog,
  { all, ofEmail, update, holds }: MemoryRows,
): EmailChangeStore {
  const kept = new Map<EventId, EmailChange & { readonly expiresAtMs: number }>();

  const waiting = () =>
    [...kept.values()]
      .filter(({ expiresAtMs, userId }) => expiresAtMs > clock.now().getTime() && all.has(userId))
      .map(({ id, userId, epoch, email, emailKey }) => ({ id, userId, epoch, email, emailKey }));

  return {
    async propose(holder, { ttlMs, ...proposal }, events) {
      if (!holds(holder)) return false;
      const { userId, epoch } = holder;
      const expiresAtMs = clock.now().getTime() + ttlMs;
      kept.set(proposal.id, { ...proposal, userId, epoch, expiresAtMs });
      log.add(events);
      return true;
    },

    async find(id) {
      return waiting().find((change) => change.id === id);
    },

    async list(userId) {
      return waiting().filter((change) => change.userId === userId);
    },

    async confirm({ userId, epoch, email, emailKey, keepsPassword, session }, events) {
      const user = all.get(userId)?.user;
      if (user?.epoch !== epoch || user.disabledAt) return undefined;
      if (session && !holds(session)) return undefined;
      const owner = ofEmail(emailKey);
      if (owner && owner.user.id !== userId) return "email_taken";
      const fields = { email, emailKey, emailVerifiedAt: clock.now(), epoch: epoch + 1 };
      const voided = keepsPassword ? {} : { passwordHash: undefined, receipt: undefined };
      return update(userId, () => ({ ...fields, ...voided }), events);
    },
  };
}
