import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { User } from "../user/user.ts";

type RequiredPorts = Pick<Ports, "clock" | "ids" | "sessions" | "users">;

/** Disables a user and ends every session and token. Disabling twice succeeds, with one event. */
export async function disableUser(
  ports: RequiredPorts,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const event = newEvent(ports, "user.disabled", { userId, data: {} });
  return await synced(ports, userId, await ports.users.disable(userId, [event]));
}

/** Lets a disabled user log in again. Sessions that were ended stay ended. */
export async function enableUser(
  ports: RequiredPorts,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const event = newEvent(ports, "user.enabled", { userId, data: {} });
  return await synced(ports, userId, await ports.users.enable(userId, [event]));
}

/** Also if nothing changed: an earlier call may have crashed before this step. */
async function synced(ports: RequiredPorts, userId: UserId, changed: User | undefined) {
  const user = changed ?? (await ports.users.findById(userId));
  if (!user) return err("user_not_found");
  await syncSessions(ports, userId, user);
  return ok(user);
}
