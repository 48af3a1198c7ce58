import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { User } from "../user/user.ts";

/** Ends every session and token of the users, and returns those that exist. Passwords are kept. */
export async function endSessions(
  ports: Pick<Ports, "clock" | "ids" | "sessions" | "users">,
  userIds: readonly UserId[],
): Promise<readonly User[]> {
  const events = userIds.map((userId) =>
    newEvent(ports, "user.sessions_ended", { userId, data: { by: "operator" } }),
  );
  const users = await ports.users.endSessions(userIds, events);
  await Promise.all(users.map((user) => syncSessions(ports, user.id, user)));
  return users;
}
