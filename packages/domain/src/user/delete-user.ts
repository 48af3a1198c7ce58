import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";

/** Removes a user for good, with every session and token. An event without a name remains. */
export async function deleteUser(
  ports: Pick<Ports, "clock" | "ids" | "sessions" | "users">,
  userId: UserId,
): Promise<Result<undefined, "user_not_found">> {
  const event = newEvent(ports, "user.deleted", { userId, data: {} });
  const isGone = await ports.users.delete(userId, [event]);
  // Also when it was deleted before: the earlier call may have died on its way here.
  await ports.sessions.forget(userId);
  return isGone ? ok(undefined) : err("user_not_found");
}
