import { afterCommit } from "../after-commit.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import type { User } from "../user/user.ts";

/**
 * Brings the session store up to date after a change of the user. `changedUser` is the user that
 * the change returned. Without it nothing was changed, or another request changed the user: then
 * the user is read again, which also finishes what an earlier request committed before it crashed.
 * Throws `SessionsPending` if the store cannot be told of a change now.
 */
export async function syncSessions(
  { sessions, users }: Pick<Ports, "sessions" | "users">,
  userId: UserId,
  changedUser: User | undefined,
): Promise<void> {
  if (changedUser) return await afterCommit(() => sessions.syncUser(changedUser));
  const user = await users.findById(userId);
  await (user ? sessions.syncUser(user) : sessions.deleteUser(userId));
}
