import type { Ports } from "../ports.ts";
import { userDeleted } from "../user/user-deleted.ts";

/**
 * Deletes up to `limit` users who have not verified their address in time, and returns how many.
 * One user's fault does not keep the others: all faults are thrown together at the end.
 */
export async function deleteUnverifiedUsers(
  ports: Pick<Ports, "clock" | "ids" | "sessions" | "users">,
  limit: number,
): Promise<number> {
  let count = 0;
  const faults: unknown[] = [];
  for (const user of await ports.users.listUnverified(limit)) {
    try {
      const isDeleted = await ports.users.deleteUnverified(user.id, [userDeleted(ports, user)]);
      if (!isDeleted) continue; // verified just now
      count += 1;
      await ports.sessions.deleteUser(user.id);
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, "some users could not be deleted");
  return count;
}
