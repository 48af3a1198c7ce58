import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";

type Touches = Pick<Ports, "clock" | "ids" | "sessions" | "users">;

/** Shuts a user out: every session and token ends. Disabling twice is no error and one event. */
export async function disableUser(
  ports: Touches,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const event = newEvent(ports, "user.disabled", { userId, data: {} });
  const user = (await ports.users.disable(userId, [event])) ?? (await ports.users.find(userId));
  if (!user) return err("user_not_found");
  // Also when it was disabled before: the earlier call may have died on its way here.
  await ports.sessions.project(user);
  return ok(user);
}

/** Lets a disabled user in again, by a new log-in: what was ended stays ended. */
export async function enableUser(
  ports: Touches,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const event = newEvent(ports, "user.enabled", { userId, data: {} });
  const user = (await ports.users.enable(userId, [event])) ?? (await ports.users.find(userId));
  if (!user) return err("user_not_found");
  await ports.sessions.project(user);
  return ok(user);
}
