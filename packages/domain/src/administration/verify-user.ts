import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { User } from "../user/user.ts";

/**
 * Marks the address of a user as verified, because an operator vouches for it. Keeps the password.
 * Safe to repeat.
 */
export async function verifyUser(
  ports: Pick<Ports, "clock" | "ids" | "sessions" | "users">,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const user = await ports.users.findById(userId);
  if (!user) return err("user_not_found");
  if (user.emailVerifiedAt) return ok(user);
  const verified = newEvent(ports, "user.email_verified", { userId, data: { by: "operator" } });
  const verification = { userId, expectedEpoch: user.epoch, keepsPassword: true };
  const changed = await ports.users.verifyEmail(verification, [verified]);
  await syncSessions(ports, userId, changed);
  return changed ? ok(changed) : err("user_not_found");
}
