import { afterCommit } from "../after-commit.ts";
import { userDeleted } from "../user/user-deleted.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";

/** Deletes a user, with every session and token. An event without a name remains. */
export async function deleteUser(
  ports: Pick<Ports, "clock" | "ids" | "sessions" | "users">,
  userId: UserId,
): Promise<Result<undefined, "user_not_found">> {
  const user = await ports.users.findById(userId);
  const isDeleted = user && (await ports.users.delete(userId, [userDeleted(ports, user)]));
  // Also if the user was deleted before: the earlier call may have crashed before this step.
  const end = () => ports.sessions.deleteUser(userId);
  await (isDeleted ? afterCommit(end) : end());
  return isDeleted ? ok(undefined) : err("user_not_found");
}
